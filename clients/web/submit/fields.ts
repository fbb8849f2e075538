import type { Spec } from "./spec.ts";

/** How a field is asked for. */
export type Kind = "text" | "lines" | "whole" | "number" | "size" | "pairs" | "secrets" | "date";

export interface FieldSpec {
  /** Where it is in the spec: `["limits", "runSeconds"]`. */
  readonly path: readonly string[];
  readonly kind: Kind;
  /** What goes before the schema's own title. */
  readonly label?: string;
  readonly placeholder?: string;
  readonly isWide?: boolean;
  /** Instead of what the schema says, which speaks of YAML. */
  readonly about?: string;
}

export interface Section {
  readonly title: string;
  /** Behind a fold until it is wanted. */
  readonly isFolded?: boolean;
  readonly fields: readonly FieldSpec[];
}

/** The usual fields; the editor has them all. What they are called and mean comes from the schema that the server sends. */
export const sections: readonly Section[] = [
  {
    title: "What to run",
    fields: [
      { path: ["command"], kind: "lines", placeholder: "python train.py --epochs 10", isWide: true },
      { path: ["image"], kind: "text", placeholder: "pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime", isWide: true },
      { path: ["name"], kind: "text" },
      { path: ["type"], kind: "text", placeholder: "generic" },
    ],
  },
  {
    title: "How much",
    fields: [
      {
        path: ["gpus"],
        kind: "size",
        about: "None unless given. With “up to” the scheduler may change how many the job has while it runs.",
      },
      {
        path: ["cores"],
        kind: "size",
        about: "One unless given. “Up to” is for jobs without GPUs.",
      },
      { path: ["memoryMiB"], kind: "whole" },
    ],
  },
  {
    title: "Who and when",
    fields: [
      { path: ["user"], kind: "text" },
      { path: ["priority"], kind: "whole", placeholder: "0" },
      { path: ["deadline"], kind: "date" },
      { path: ["labels"], kind: "pairs", placeholder: "project=vision", isWide: true },
    ],
  },
  {
    title: "Variables",
    isFolded: true,
    fields: [
      { path: ["env"], kind: "pairs", placeholder: "BATCH_SIZE=64", isWide: true },
      { path: ["secrets"], kind: "secrets", placeholder: "WANDB_API_KEY=…", isWide: true },
    ],
  },
  {
    title: "Checkpoints, retries and limits",
    isFolded: true,
    fields: [
      { path: ["checkpoint", "path"], kind: "text", placeholder: "/checkpoint" },
      { path: ["retries", "application"], kind: "whole", label: "Retries: " },
      { path: ["limits", "runSeconds"], kind: "number", label: "Limit: " },
    ],
  },
];

/** Is anything of this section said? Then it is not folded. */
export const isUsed = ({ fields }: Section, spec: Spec): boolean =>
  fields.some(({ path }) => path[0] !== undefined && spec[path[0]] !== undefined);
