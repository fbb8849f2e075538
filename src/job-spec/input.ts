import type { Elasticity, Launcher, WhenServerLost } from "../core/job-spec.ts";

type Value = string | number | boolean;
/** A quantity, or bounds between which it may lie. */
interface Range {
  readonly min: number;
  readonly max: number;
}

/** A job as its user writes it: `JobSpec` before its defaults are filled in. `jobSpecSchema` says what each field means. */
export interface JobSpecInput {
  readonly name?: string;
  readonly type?: string;
  readonly image?: string;
  readonly imagePull?: "missing" | "always";
  /** A folder of the user's machine, until a client has uploaded it. */
  readonly code?: string | { readonly hash: string };
  readonly mounts?: readonly (
    | string
    | { readonly source: string; readonly target: string; readonly readOnly?: boolean }
  )[];
  readonly runAs?: string;
  readonly command: string | readonly string[];
  readonly workdir?: string;
  readonly env?: Readonly<Record<string, Value>>;
  readonly secrets?: Readonly<Record<string, Value>>;
  readonly gpus?: number | GpuInput;
  readonly cores?: number | CoreInput;
  readonly servers?: number | Range;
  readonly launcher?: Launcher | "none";
  readonly launcherCommand?: readonly string[];
  readonly ports?: readonly (number | { readonly name?: string; readonly port: number })[];
  readonly parallelism?: { readonly interOp?: number; readonly intraOp?: number };
  readonly memoryMiB?: number;
  readonly shmMiB?: number;
  readonly elasticity?: Elasticity;
  readonly resizeSignal?: string;
  readonly whenServerLost?: WhenServerLost;
  readonly priority?: number;
  readonly deadline?: string;
  readonly user?: string;
  readonly labels?: Readonly<Record<string, Value>>;
  readonly estimate?: { readonly seconds?: number; readonly epochs?: number; readonly steps?: number };
  readonly progress?: { readonly pattern?: string; readonly file?: string };
  readonly checkpoint?: { readonly path?: string; readonly signal?: string; readonly graceSeconds?: number };
  readonly retries?: { readonly application?: number; readonly infrastructure?: number };
  readonly limits?: {
    readonly queueSeconds?: number;
    readonly pullSeconds?: number;
    readonly runSeconds?: number;
    readonly idleSeconds?: number;
    readonly stallSeconds?: number;
  };
  readonly after?: readonly string[];
  readonly array?: number | string | ArrayInput;
  readonly sweep?: Readonly<Record<string, ParameterInput>> | SweepInput;
}

interface BatchLimits {
  readonly maxParallel?: number;
  readonly maxFailures?: number;
}

/** Either `count` or `indices`. */
export interface ArrayInput extends BatchLimits {
  readonly count?: number;
  readonly indices?: string;
}

export interface SweepInput extends BatchLimits {
  readonly parameters: Readonly<Record<string, ParameterInput>>;
  readonly mode?: "grid" | "list" | "random";
  readonly samples?: number;
  readonly seed?: number;
}

/** The values of a parameter, or what they are drawn from. */
export type ParameterInput =
  | readonly Value[]
  | { readonly min: number; readonly max: number; readonly log?: boolean; readonly whole?: boolean };

export interface CoreInput extends Range {
  readonly preferred?: number;
}

/** Either `count`, or `min` and `max`. */
export interface GpuInput extends Partial<Range> {
  readonly count?: number;
  readonly preferred?: number;
  readonly model?: string;
  readonly memoryMiB?: number;
}
