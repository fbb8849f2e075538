import { domainError } from "../../core/errors.ts";
import { nearest } from "../../input/index.ts";
import { seeded } from "../../placement/random.ts";
import type { ProgramRequest, ProgramStart, ProgramUpdate } from "./requests.ts";

/** What to draw. Where two numbers differ, anything between them is as likely. */
interface Recipe {
  readonly count: number;
  /** Seconds between two programs, and their standard deviation. */
  readonly gap: number;
  readonly deviation: number;
  readonly threads: Range;
  readonly duration: Range;
  /** So many priorities, from 0 on. */
  readonly priorities: number;
  /** Part of the programs that are updated once, somewhere in the middle. */
  readonly updates: number;
  readonly image: string;
}
type Range = readonly [least: number, most: number];

const DEFAULTS: Recipe = {
  count: 20,
  gap: 30,
  deviation: 0,
  threads: [2, 8],
  duration: [60, 600],
  priorities: 5,
  updates: 0,
  image: "tensorflow",
};
const WHOLE: ReadonlySet<keyof Recipe> = new Set(["count", "threads", "priorities"]);
const LEAST: Readonly<Partial<Record<keyof Recipe, number>>> = { count: 1, threads: 1, priorities: 1 };
const MOST: Readonly<Partial<Record<keyof Recipe, number>>> = { count: 1_000_000, threads: 4096, updates: 1 };
const DECIMALS = 1000;

/** @param text `count=20,gap=30,threads=2-8,…`; what is not named is as by default. The same seed gives the same requests. Throws a DomainError. */
export function randomRequests(text: string, seed: number): ProgramRequest[] {
  const recipe = readRecipe(text);
  const random = seeded(seed);
  const between = ([least, most]: Range): number => least + random() * (most - least);
  const whole = ([least, most]: Range): number => least + Math.floor(random() * (most - least + 1));
  const requests: ProgramRequest[] = [];
  let atSeconds = 0;
  for (let i = 0; i < recipe.count; i++) {
    atSeconds = rounded(atSeconds + Math.max(0, recipe.gap + recipe.deviation * normal(random)));
    const start: ProgramStart = {
      kind: "execution",
      instance: String(i),
      image: recipe.image,
      threads: threadsOf(whole(recipe.threads)),
      atSeconds,
      priority: whole([0, recipe.priorities - 1]),
      durationSeconds: rounded(between(recipe.duration)),
      line: 0,
    };
    requests.push(start);
    if (random() < recipe.updates) {
      const after = between([0.1, 0.9]) * (start.durationSeconds ?? 0);
      const update: ProgramUpdate = {
        kind: "update",
        instance: start.instance,
        threads: threadsOf(whole(recipe.threads)),
        atSeconds: rounded(atSeconds + after),
        priority: start.priority,
        line: 0,
      };
      requests.push(update);
    }
  }
  const sorted = requests.sort((a, b) => a.atSeconds - b.atSeconds);
  return sorted.map((request, i) => ({ ...request, line: i + 1 }));
}

const threadsOf = (count: number) => ({ count, interOp: null, intraOp: null });
const rounded = (seconds: number): number => Math.round(seconds * DECIMALS) / DECIMALS;
/** Box and Muller's way from two even numbers to one of the standard normal distribution. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function readRecipe(text: string): Recipe {
  const given: Record<string, unknown> = {};
  for (const pair of text === "" ? [] : text.split(",")) {
    const [name = "", value = ""] = pair.split("=").map((part) => part.trim());
    if (!isName(name)) {
      const names = Object.keys(DEFAULTS);
      const meant = nearest(name, names);
      throw refused(`expected NAME=VALUE,… of ${names.join(", ")}, found ${JSON.stringify(pair)}`, meant);
    }
    given[name] = readValue(name, value);
  }
  return { ...DEFAULTS, ...given };
}

const isName = (name: string): name is keyof Recipe => Object.hasOwn(DEFAULTS, name);

function readValue(name: keyof Recipe, text: string): string | number | Range {
  if (name === "image") {
    if (/^[^\s,"#]+$/.test(text)) return text;
    throw refused(`${name} must be the name of an image, not ${JSON.stringify(text)}`);
  }
  const isRange = Array.isArray(DEFAULTS[name]);
  const [first = "", second] = isRange ? text.split("-") : [text];
  const [least, most] = [numberOf(name, first), numberOf(name, second ?? first)];
  if (least > most) throw refused(`${name} must be LEAST-MOST, not ${JSON.stringify(text)}`);
  return isRange ? [least, most] : least;
}

function numberOf(name: keyof Recipe, text: string): number {
  const value = text === "" ? Number.NaN : Number(text);
  const [least, most] = [LEAST[name] ?? 0, MOST[name] ?? 1e9];
  if (value >= least && value <= most && (!WHOLE.has(name) || Number.isInteger(value))) return value;
  const kind = WHOLE.has(name) ? "a whole number" : "a number";
  throw refused(`${name} must be ${kind} from ${least} to ${most}, not ${JSON.stringify(text)}`);
}

const refused = (problem: string, meant: string | null = null) =>
  domainError("INVALID_INPUT", `--requests random: ${problem}${meant ? `: did you mean ${meant}?` : ""}`);
