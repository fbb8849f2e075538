import type { Packer } from "../core/packer.ts";
import type { Contender } from "../core/pool.ts";

/**
 * Takes all that the running jobs have beyond their least, so that sizes are decided anew. What they lose in the draft they get back
 * first, so who ends with the size that it had is not touched.
 */
export function shrinkToLeast(contenders: readonly Contender[], packer: Packer): void {
  for (const { job, isRunning, isPinned, size, min } of contenders)
    if (isRunning && !isPinned && size > min) packer.resize(job, min);
}

/** Hands out what is left, one unit at a time in turn, the first of the order first, while somebody can use one more. */
export function growInTurn(
  order: readonly Contender[],
  packer: Packer,
  canUse: (contender: Contender, size: number) => boolean = () => true,
): void {
  let ring = order.filter(({ job, isPinned, max }) => {
    if (isPinned) return false;
    const size = packer.sizeOf(job);
    return size > 0 && size < max;
  });
  while (ring.length > 0)
    ring = ring.filter((contender) => {
      const { job, min, max } = contender;
      const size = packer.sizeOf(job) + 1;
      return size >= min && size <= max && canUse(contender, size) && packer.resize(job, size);
    });
}
