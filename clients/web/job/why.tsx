import type { JobPage } from "../generated/operations.ts";

export const WhyPanel = (_: { readonly job: JobPage }) => null;
