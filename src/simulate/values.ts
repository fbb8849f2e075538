import { domainError } from "../core/errors.ts";
import { nearest } from "../input/index.ts";

export function required(flag: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw domainError("INVALID_INPUT", `${flag} is missing; schedulearn simulate --help tells of all options`);
}

/** A finite number of at least `least`. Throws a DomainError. */
export function numberOf(flag: string, text: string, least: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw domainError("INVALID_INPUT", `${flag} must be a number of at least ${least}, not ${JSON.stringify(text)}`);
}

/** A whole number of at least `least`. Throws a DomainError. */
export function wholeOf(flag: string, text: string, least: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw domainError(
    "INVALID_INPUT",
    `${flag} must be a whole number of at least ${least}, not ${JSON.stringify(text)}`,
  );
}

/** One of the known words. Throws a DomainError that names the one that was probably meant. */
export function oneOf<T extends string>(flag: string, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  const meant = nearest(text, known);
  throw domainError(
    "INVALID_INPUT",
    `${flag} must be one of ${known.join(", ")}, not ${JSON.stringify(text)}${meant ? `: did you mean ${meant}?` : ""}`,
  );
}

const MOST_SEEDS = 1_000;

/** `1..20` or `1,5,7`. Throws a DomainError. */
export function parseSeeds(text: string): readonly number[] {
  const range = /^(\d+)\.\.(\d+)$/.exec(text);
  const [first, last] = [Number(range?.[1]), Number(range?.[2])];
  const seeds = range
    ? Array.from({ length: Math.max(0, Math.min(MOST_SEEDS + 1, last - first + 1)) }, (_, i) => first + i)
    : text.split(",").map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
  if (seeds.length > 0 && seeds.length <= MOST_SEEDS && seeds.every(Number.isSafeInteger)) return [...new Set(seeds)];
  throw domainError(
    "INVALID_INPUT",
    `--seeds must be FIRST..LAST such as 1..20, or SEED,SEED,…, at most ${MOST_SEEDS}, not ${JSON.stringify(text)}`,
  );
}
