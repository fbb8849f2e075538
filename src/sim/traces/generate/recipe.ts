import { domainError } from "../../../core/errors.ts";
import { nearest } from "../../../input/index.ts";
import { ARRIVALS, type Arrivals } from "./arrivals.ts";
import type { Weights } from "./draw.ts";
import { DURATIONS } from "./durations.ts";
import { type Form, formOf, refuse, weightsOf } from "./forms.ts";

/** What jobs of one kind are like. Times in seconds. */
export interface Recipe {
  readonly jobs: number;
  /** When the first of them may come. */
  readonly start: number;
  readonly arrivals: Arrivals;
  readonly duration: Form<keyof typeof DURATIONS>;
  /** No duration is longer. */
  readonly longest: number;
  readonly gpus: Weights<number>;
  readonly models: Weights<string>;
  /** Categories; none: the model is the category. */
  readonly types: Weights<string>;
  readonly users: number;
  /** The user of rank r submits in proportion to 1 / r to this power; 0: all alike. */
  readonly skew: number;
  /** Part of the jobs that have a deadline: so many times their duration after they are submitted. Those that arrive before a deadline have that. */
  readonly deadlines: number;
  readonly slack: readonly [least: number, most: number];
  /** Part of the jobs that may run on 1 GPU up to four times theirs. */
  readonly elastic: number;
  /** CPU cores for each GPU; 0: not told. */
  readonly cores: number;
  readonly priorities: Weights<number>;
}

export const PLAIN: Recipe = {
  jobs: 100,
  start: 0,
  arrivals: { kind: "poisson", numbers: [300] },
  duration: { kind: "lognormal", numbers: [1800, 1.2] },
  longest: 30 * 86_400,
  gpus: [
    [1, 70],
    [2, 12],
    [4, 12],
    [8, 6],
  ],
  models: [
    ["resnet50", 4],
    ["vgg16", 2],
    ["inception3", 2],
    ["bert", 2],
    ["gpt2", 1],
  ],
  types: [],
  users: 10,
  skew: 1,
  deadlines: 0,
  slack: [1.5, 5],
  elastic: 0,
  cores: 0,
  priorities: [],
};

type Readers = { readonly [Name in keyof Recipe]: (what: string, text: string) => Recipe[Name] };

/** How each is written. */
const READERS: Readers = {
  jobs: whole(1, 1_000_000),
  start: number(0, 1e9),
  arrivals: (what, text) => formOf(ARRIVALS, what, text),
  duration: (what, text) => formOf(DURATIONS, what, text),
  longest: number(1, 1e9),
  gpus: (what, text) => weightsOf(what, text, (each) => (/^[1-9]\d{0,4}$/.test(each) ? Number(each) : null)),
  models: (what, text) => weightsOf(what, text, (each) => each || null),
  types: (what, text) => weightsOf(what, text, (each) => each || null),
  users: whole(1, 10_000),
  skew: number(0, 10),
  deadlines: number(0, 1),
  slack: (what, text) => {
    const [least, most] = text.split(":").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (least !== undefined && most !== undefined && least > 0 && least <= most && most <= 1e6) return [least, most];
    throw refuse(what, "LEAST:MOST, times of the duration", text);
  },
  elastic: number(0, 1),
  cores: whole(0, 1024),
  priorities: (what, text) => weightsOf(what, text, (each) => (/^-?\d{1,9}$/.test(each) ? Number(each) : null)),
};
const NAMES = Object.keys(READERS) as (keyof Recipe)[];

/** One value as it is written. Throws a DomainError. */
export function settingOf(name: string, text: string): Partial<Recipe> {
  const known = NAMES.find((each) => each === name);
  if (known) return { [known]: READERS[known](name, text) };
  const meant = nearest(name, NAMES);
  const problem = meant ? `did you mean ${meant}?` : `there are ${NAMES.join(", ")}`;
  throw domainError("INVALID_INPUT", `--generate has no ${JSON.stringify(name)}: ${problem}`);
}

function number(least: number, most: number) {
  return (what: string, text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value >= least && value <= most) return value;
    throw refuse(what, `a number from ${least} to ${most}`, text);
  };
}
function whole(least: number, most: number) {
  return (what: string, text: string): number => {
    if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw refuse(what, `a whole number from ${least} to ${most}`, text);
  };
}
