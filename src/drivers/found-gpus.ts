import { type DeclaredGpu, declaredGpus, type Gpu } from "../core/server.ts";
import type { Inventory } from "./driver.ts";

/**
 * What `gpus: auto` comes to.
 * @param known those that were there when they were last found: while they cannot be asked for, they are there still
 * @param trouble why fewer were found than there may be
 */
export function foundGpus(
  server: string,
  found: readonly DeclaredGpu[],
  known: readonly Gpu[],
  trouble: string | null,
): Pick<Inventory, "gpus" | "notice"> {
  const gpus = declaredGpus(server, found);
  if (trouble === null) return { gpus };
  const missing = known.filter(({ id }) => !gpus.some((gpu) => gpu.id === id));
  if (gpus.length + missing.length === 0) return { gpus, notice: `gpus: auto found none: ${trouble}` };
  return { gpus: [...gpus, ...missing], notice: `gpus: auto may not have found all: ${trouble}` };
}
