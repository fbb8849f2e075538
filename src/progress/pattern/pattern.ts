import { type Form, MAX_FORM_LENGTH } from "../forms/form.ts";
import { toCount, toMetrics, toNumber } from "../numbers.ts";
import { told } from "../progress.ts";
import { match } from "./match.ts";
import { type Node, PatternFault, parse } from "./parse.ts";
import { compile, type Program } from "./program.ts";

const MAX_PATTERN_LENGTH = 1000;
/** Each line earns this much work, about 50 µs; what is not used is saved for a harder line, up to the second figure. */
const STEPS_PER_LINE = 5_000;
const MAX_SAVED_STEPS = 200_000;

const ASCII = Array.from({ length: 128 }, (_, code) => code);

/** Why this progress pattern cannot be accepted, or null if it can. */
export function checkPattern(pattern: string): string | null {
  try {
    accept(pattern);
    return null;
  } catch (error) {
    if (error instanceof PatternFault) return error.message;
    throw error;
  }
}

/**
 * The user's own form: the named groups `epoch`, `epochs`, `step`, `steps` and `samples_per_s` are what they say, any
 * other is a metric. A match that takes too long is cut off, and the line then tells nothing. Throws `PatternFault`.
 */
export function customPattern(pattern: string): Form {
  const program = accept(pattern);
  let saved = MAX_SAVED_STEPS;
  return (line) => {
    saved = Math.min(MAX_SAVED_STEPS, saved + STEPS_PER_LINE);
    const { groups, steps } = match(program, line.slice(0, MAX_FORM_LENGTH), saved);
    saved -= Math.min(saved, steps);
    if (groups === null || groups === "cut off") return null;
    const { epoch, epochs, step, steps: ofSteps, samples_per_s, ...others } = groups;
    return told({
      epoch: toCount(epoch),
      epochs: toCount(epochs),
      step: toCount(step),
      steps: toCount(ofSteps),
      samplesPerSecond: toCount(samples_per_s),
      metrics: toMetrics(Object.entries(others).map(([name, value]) => [name, toNumber(value)] as const)),
    });
  };
}

function accept(pattern: string): Program {
  if (pattern.length > MAX_PATTERN_LENGTH) throw new PatternFault(`it is longer than ${MAX_PATTERN_LENGTH} characters`);
  const tree = parse(pattern);
  checkRepeats(tree, null);
  const program = compile(tree);
  if (program.groups.length === 0) {
    throw new PatternFault("it has no named group: write for example (?<epoch>\\d+) where the epoch stands");
  }
  return program;
}

/** Refuses what is slow by construction, so that its author hears of it now and not by a job without progress. */
function checkRepeats(node: Node, inside: { unbounded: boolean } | null): void {
  switch (node.kind) {
    case "char":
    case "assert":
      return;
    case "sequence":
      for (const part of node.nodes) checkRepeats(part, inside);
      return;
    case "group":
      if (inside)
        throw new PatternFault(`the named group ${node.name} is repeated: which of its matches should count?`);
      checkRepeats(node.node, inside);
      return;
    case "choice":
      if (inside?.unbounded && overlap(node.options)) {
        throw new PatternFault(
          "alternatives that can start with the same character are repeated, which can take for ever",
        );
      }
      for (const option of node.options) checkRepeats(option, inside);
      return;
    case "repeat": {
      const unbounded = node.max === Number.POSITIVE_INFINITY;
      if (unbounded && inside?.unbounded) throw new PatternFault("a repeat within a repeat can take for ever");
      checkRepeats(node.node, node.max > 1 ? { unbounded: unbounded || inside?.unbounded === true } : inside);
    }
  }
}

/** Whether two alternatives can begin with one ASCII character, or one can be empty. */
function overlap(options: Node[]): boolean {
  const seen = new Set<number>();
  for (const option of options) {
    const first = firsts(option);
    if (first.canBeEmpty || [...first.codes].some((code) => seen.has(code))) return true;
    for (const code of first.codes) seen.add(code);
  }
  return false;
}

function firsts(node: Node): { codes: Set<number>; canBeEmpty: boolean } {
  switch (node.kind) {
    case "char":
      return { codes: new Set(ASCII.filter(node.accepts)), canBeEmpty: false };
    case "assert":
      return { codes: new Set(), canBeEmpty: true };
    case "group":
      return firsts(node.node);
    case "repeat": {
      const { codes, canBeEmpty } = firsts(node.node);
      return { codes, canBeEmpty: canBeEmpty || node.min === 0 };
    }
    case "choice": {
      const all = node.options.map(firsts);
      return { codes: new Set(all.flatMap(({ codes }) => [...codes])), canBeEmpty: all.some((one) => one.canBeEmpty) };
    }
    case "sequence": {
      const codes = new Set<number>();
      for (const part of node.nodes) {
        const first = firsts(part);
        for (const code of first.codes) codes.add(code);
        if (!first.canBeEmpty) return { codes, canBeEmpty: false };
      }
      return { codes, canBeEmpty: true };
    }
  }
}
