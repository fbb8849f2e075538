import type { Candidate, PlacementRule } from "../core/placement-rule.ts";

/** Best fit: keeps large free blocks whole for large gangs, and jobs without GPUs off servers with free ones. */
export const consolidate: PlacementRule = {
  key: "consolidate",
  description: "Fullest server that fits: few servers are used, large free blocks stay whole.",
  choose: (candidates) => candidates.reduce((best, each) => (isBetter(each, best) ? each : best)),
};

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.mustWait !== b.mustWait) return b.mustWait;
  if (a.gpusLeft !== b.gpusLeft) return a.gpusLeft < b.gpusLeft;
  if (a.hasCheckpoint !== b.hasCheckpoint) return a.hasCheckpoint;
  if (a.hasImage !== b.hasImage) return a.hasImage;
  if (a.coresLeft !== b.coresLeft) return a.coresLeft < b.coresLeft;
  return a.order < b.order;
}
