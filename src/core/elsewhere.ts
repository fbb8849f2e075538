import type { Bounds } from "./cluster.ts";
import type { Job } from "./job.ts";
import { sizeOf } from "./job.ts";
import { poolOf } from "./job-spec.ts";
import type { Packer } from "./packer.ts";
import type { Placement } from "./server.ts";

/** Where a running job could go that is to leave its place, with as much of what it has as there is room for: an elastic one may go smaller. */
export function findElsewhere(packer: Packer, job: Job, bounds: Bounds): Placement | null {
  const size = sizeOf(job);
  const { elasticity } = job.spec;
  const least = elasticity === "none" ? size : Math.min(size, job.spec[poolOf(job.spec)].min);
  for (let wanted = size; wanted >= least; wanted--) {
    const place = packer.find(job, wanted, bounds);
    if (place) return place;
  }
  return null;
}
