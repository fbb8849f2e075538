import type { Spec } from "./spec.ts";

interface Props {
  readonly spec: Spec;
  onChange(spec: Spec): void;
}

export const CodeFolder = (_: Props) => null;
