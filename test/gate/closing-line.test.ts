import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeClone, root } from "../setup/clone.ts";

const passing = `import { test } from "vitest"; test("one", () => {}); test("two", () => {});`;

test("the last line counts the tests", () => {
  const { code, lines } = runTests({ "test/a.test.ts": passing });
  expect(lines.at(-1)).toBe("2 passed, 0 failed, 0 skipped");
  expect(code).toBe(0);
});

test("a failing test fails the run and is counted", () => {
  const { code, lines } = runTests({
    "test/a.test.ts": passing,
    "test/b.test.ts": `import { expect, test } from "vitest"; test("wrong", () => expect(1).toBe(2));`,
  });
  expect(lines.at(-1)).toBe("2 passed, 1 failed, 0 skipped");
  expect(code).toBe(1);
});

test("a file that cannot be loaded counts as a failure", () => {
  const { code, lines } = runTests({ "test/a.test.ts": passing, "test/b.test.ts": `import "./nowhere.ts";` });
  expect(lines).toContain("failed outside a test: test/b.test.ts");
  expect(lines.at(-1)).toBe("2 passed, 1 failed, 0 skipped");
  expect(code).toBe(1);
});

test("an error that no test catches counts as a failure", () => {
  const { code, lines } = runTests({
    "test/a.test.ts": `import { test } from "vitest"; test("one", () => { void Promise.reject(new Error("lost")); });`,
  });
  expect(lines).toContain("errors that no test caught: 1");
  expect(lines.at(-1)).toBe("1 passed, 1 failed, 0 skipped");
  expect(code).toBe(1);
});

test("a run without tests fails", () => {
  const { code, lines } = runTests({});
  expect(lines.slice(-2)).toEqual(["no test ran", "0 passed, 0 failed, 0 skipped"]);
  expect(code).toBe(1);
});

test("a skipped test is listed under its reason", () => {
  const { code, lines } = runTests({
    "test/a.test.ts": `${passing} test("three", (context) => context.skip("it needs a moon"));`,
  });
  expect(lines.slice(-3)).toEqual([
    "skipped, it needs a moon:",
    "  test/a.test.ts > three",
    "2 passed, 0 failed, 1 skipped",
  ]);
  expect(code).toBe(0);
});

test("a skip that gives no reason counts as a failure", () => {
  const { code, lines } = runTests({
    "test/a.test.ts": `${passing} test.runIf(false)("three", () => {});`,
  });
  expect(lines.slice(-2)).toEqual([
    "did not run and gave no reason: test/a.test.ts > three",
    "2 passed, 1 failed, 0 skipped",
  ]);
  expect(code).toBe(1);
});

test("the tests that a name filter leaves out need no reason", () => {
  const { code, lines } = runTests({ "test/a.test.ts": passing }, "-t", "one");
  expect(lines.at(-1)).toBe("1 passed, 0 failed, 1 skipped");
  expect(code).toBe(0);
});

test("processes that a test leaves running are ended and count as failures", async (context) => {
  context.skip(process.platform !== "linux", "processes are found by /proc");
  const { code, lines } = runTests({
    "test/a.test.ts": `
      import { spawn } from "node:child_process";
      import { tmpdir } from "node:os";
      import { test } from "vitest";
      const apart = { detached: true, stdio: "ignore" };
      test("one", () => spawn("/bin/sleep", ["601"], apart).unref());
      test("two", () => spawn("/bin/sleep", ["602"], { ...apart, env: {}, cwd: tmpdir() }).unref());`,
  });
  for (const sleeper of ["/bin/sleep 601", "/bin/sleep 602"]) {
    const told = lines.find((line) => line.startsWith("left running by a test:") && line.endsWith(sleeper));
    const pid = /process (\d+): /.exec(told ?? "")?.[1];
    expect(pid).toBeDefined();
    await expect.poll(() => existsSync(`/proc/${pid}/cwd`), { timeout: 20_000 }).toBe(false); // the signal was sent
  }
  expect(lines.at(-1)).toBe("2 passed, 2 failed, 0 skipped");
  expect(code).toBe(1);
});

test("the tests' temporary folder is gone after the run", () => {
  const { folder } = runTests({
    "test/a.test.ts": `
      import { mkdtempSync, writeFileSync } from "node:fs";
      import { tmpdir } from "node:os";
      import { join } from "node:path";
      import { test } from "vitest";
      test("one", () => writeFileSync(join(mkdtempSync(join(tmpdir(), "x-")), "file"), "y"));`,
  });
  expect(readdirSync(join(folder, "tmp"))).toEqual([".keep"]);
});

/** Runs the project's test command over some test files, in a folder of their own. */
function runTests(files: Readonly<Record<string, string>>, ...args: string[]) {
  const folder = makeClone(["vitest.config.ts", "package.json"], { ...files, "tmp/.keep": "" });
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, "scripts/test.mjs"), "--root", folder, "--no-color", ...args],
    { encoding: "utf8", env: { ...process.env, TMPDIR: join(folder, "tmp") } },
  );
  return { folder, code: status, lines: stdout.trimEnd().split("\n") };
}
