import { InvalidArgumentError } from "commander";
import { parse } from "yaml";
import { span } from "../when.ts";

type Value = string | number | boolean;
/** The values of a parameter, or what they are drawn from. */
export type SweepValues = readonly Value[] | Readonly<Record<string, unknown>>;

/** Each time one more, into one list. */
export const each = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** `lr=0.1,0.01`, or `lr={min: 0.0001, max: 0.1, log: true}` for a random sweep; again and again into one object. */
export function parameter(text: string, before: Readonly<Record<string, SweepValues>> = {}) {
  const cut = text.indexOf("=");
  const [name, written] = [text.slice(0, cut), text.slice(cut + 1)];
  if (cut < 1 || written.trim() === "")
    throw new InvalidArgumentError("It must be a parameter and its values, such as lr=0.1,0.01.");
  const isFlow = /^\s*[[{]/.test(written);
  const values: unknown = isFlow ? yamlValue(written) : written.split(",").map((value) => yamlValue(value.trim()));
  return { ...before, [name]: values as SweepValues };
}

function yamlValue(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** `gpus.max=4`: any field of the spec, its value as YAML has it; again and again into one list. */
export function setting(text: string, before: readonly Setting[] = []): Setting[] {
  const cut = text.indexOf("=");
  if (cut < 1) throw new InvalidArgumentError("It must be FIELD=VALUE, such as checkpoint.graceSeconds=60.");
  return [...before, { path: text.slice(0, cut).split("."), value: yamlValue(text.slice(cut + 1)) }];
}

export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The numbers of an array as sbatch has them: `0-9`, `1,3,5`, `0-30:10`, with `%4` behind them for at most four at a time. */
export function indices(text: string): string {
  const words = text.trim();
  if (/^\d+$/.test(words))
    throw new InvalidArgumentError(
      `For ${words} jobs write 0-${Math.max(0, Number(words) - 1)}; for one with the number ${words} write ${words}-${words}.`,
    );
  if (!/^\d[\d\s,:%-]*$/.test(words))
    throw new InvalidArgumentError("It must be numbers such as 0-9, 1,3,5 or 0-9%4 for at most four at a time.");
  return words;
}

/** Seconds of a time limit: `90s`, `2h`, or sbatch's forms `30` (minutes), `30:00`, `4:00:00`, `1-12`, `1-12:30`, `1-12:30:00`. */
export function timeLimit(text: string): number {
  const [, days, first = "", second, third] =
    /^(?:(\d{1,5})-)?(\d{1,9})(?::(\d{1,2}))?(?::(\d{1,2}))?$/.exec(text) ?? [];
  if (first === "") {
    try {
      return span(text);
    } catch {
      throw new InvalidArgumentError("It must be a span of time, such as 90s or 2h, or 1-12:30:00 as sbatch has it.");
    }
  }
  const [a, b, c] = [first, second, third].map((part) => (part === undefined ? null : Number(part))) as [
    number,
    number | null,
    number | null,
  ];
  if (days !== undefined) return Number(days) * 86_400 + a * 3600 + (b ?? 0) * 60 + (c ?? 0);
  if (c !== null) return a * 3600 + (b as number) * 60 + c;
  return a * 60 + (b ?? 0);
}

/** Ids of `afterok:12:13,afterok:14`, as sbatch has it, or of `12,13`. */
export function dependencies(text: string, before: readonly string[] = []): string[] {
  const ids = text.split(",").flatMap((part) => {
    const [kind = "", ...others] = part.trim().split(":");
    if (others.length === 0) return [kind];
    if (kind === "afterok") return others;
    throw new InvalidArgumentError(`${kind} is not supported: a job may come after jobs that complete, afterok:12.`);
  });
  return [...before, ...ids.map((id) => (/^\d+$/.test(id) ? `job-${id}` : id))];
}

/** `gpu:2` or `gpu:NVIDIA A100:2`, as sbatch's --gres has it. */
export function gres(text: string): { readonly count: number; readonly model?: string } {
  const [, model, count = "1"] = /^gpu(?::([^:]*[^:\d][^:]*))?(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (!/^gpu(:|$)/.test(text) || !/^gpu(?::[^:]+){0,2}$/.test(text))
    throw new InvalidArgumentError("Only GPUs are resources here: gpu:2, or gpu:MODEL:2.");
  return { count: Number(count), ...(model && { model }) };
}

/** `8080`, or `dashboard=8265` with a name. */
export function port(text: string, before: readonly unknown[] = []): unknown[] {
  const [, name, number] = /^(?:([A-Za-z0-9_]{1,40})=)?(\d{1,5})$/.exec(text) ?? [];
  if (number === undefined)
    throw new InvalidArgumentError(
      "It must be a port of the program, such as 6006 or dashboard=8265: the server's port is leased.",
    );
  return [...before, name === undefined ? Number(number) : { name, port: Number(number) }];
}
