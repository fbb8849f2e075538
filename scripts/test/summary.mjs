// What a run of vitest came to, in counts and in lines for people.

/**
 * Counts the tests of a run. A file or suite that fails outside its tests, an error that no test caught, and a skip
 * that names no reason count as a failure each.
 * @param state vitest's state after the run
 * @param everyTestWasWanted false when a name filter was given, which skips the others without a reason
 */
export function summarise(state, { everyTestWasWanted }) {
  const summary = { passed: 0, failed: 0, skipped: 0, lines: [] };
  const reasons = new Map();
  for (const file of state.getTestModules()) {
    const path = file.relativeModuleId;
    for (const broken of [file, ...file.children.allSuites()].filter((part) => part.errors().length > 0)) {
      summary.failed++;
      summary.lines.push(`failed outside a test: ${path}${broken.fullName ? ` > ${broken.fullName}` : ""}`);
    }
    for (const test of file.children.allTests()) {
      const { state: outcome, note } = test.result();
      if (outcome === "passed" || outcome === "failed") summary[outcome]++;
      else if (note || !everyTestWasWanted) {
        summary.skipped++;
        if (note) reasons.set(note, [...(reasons.get(note) ?? []), `${path} > ${test.fullName}`]);
      } else {
        summary.failed++;
        summary.lines.push(`did not run and gave no reason: ${path} > ${test.fullName}`);
      }
    }
  }
  for (const [reason, tests] of reasons) {
    summary.lines.push(`skipped, ${reason}:`, ...tests.map((test) => `  ${test}`));
  }
  const uncaught = state.getUnhandledErrors().length;
  if (uncaught > 0) summary.lines.push(`errors that no test caught: ${uncaught}`);
  summary.failed += uncaught;
  return summary;
}
