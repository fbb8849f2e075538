import type { Gpu, GpuId } from "../core/server.ts";
import type { GpuReading } from "./driver.ts";
import type { SmiGpu, SmiReport } from "./nvidia-smi.ts";

/** The GPUs of one server, under all names by which reports and containers call them. */
export class GpuNames {
  readonly #gpus: readonly Gpu[];
  readonly #ids = new Map<string, Set<GpuId>>();
  /** Where a GPU sat when it last was well: one that is lost is told of by its place only. */
  readonly #busIds = new Map<GpuId, string>();

  constructor(gpus: readonly Gpu[]) {
    this.#gpus = gpus;
    for (const { id, index, uuid, parent } of gpus)
      for (const name of [String(index), uuid, parent]) if (name) this.#add(name, id);
  }

  get gpus(): readonly Gpu[] {
    return this.#gpus;
  }

  /** A GPU that is given in slices stands for all of them; `all` for all there are. */
  idsOf(name: string): readonly GpuId[] {
    return name === "all" ? this.#gpus.map(({ id }) => id) : [...(this.#ids.get(name) ?? [])];
  }

  /** What the report says of each. One that it should list and does not is lost. */
  readings(report: SmiReport): GpuReading[] {
    const listed = new Map(report.gpus.flatMap((told) => this.#known(told).map((id) => [id, told] as const)));
    return this.#gpus.flatMap((gpu): GpuReading[] => {
      const told = listed.get(gpu.id);
      if (told) return [this.#reading(gpu.id, told, report)];
      const fault = this.#lost(gpu, report);
      if (fault === null) return [];
      const nothing = { utilisationPercent: null, memoryUsedMiB: null, temperatureC: null };
      return [{ gpu: gpu.id, ...nothing, fault, processes: [] }];
    });
  }

  #known(told: SmiGpu): readonly GpuId[] {
    const byName = this.#gpus.find(({ uuid }) => uuid === told.uuid) ?? this.#unnamed(told.index);
    if (!byName) return [];
    this.#add(told.uuid, byName.id);
    if (told.busId !== null) this.#busIds.set(byName.id, told.busId);
    return [byName.id];
  }

  #unnamed(index: number): Gpu | undefined {
    return this.#gpus.find((gpu) => gpu.uuid === null && gpu.index === index);
  }

  #reading(gpu: GpuId, told: SmiGpu, { processes, xids }: SmiReport): GpuReading {
    const { utilisationPercent, memoryUsedMiB, temperatureC, fault, busId } = told;
    const own = processes
      .filter(({ uuid }) => uuid === told.uuid)
      .map(({ pid, name, run }) => ({ pid, name, ...(run !== undefined && { run }) }));
    const errors = xids.filter((xid) => busId?.startsWith(xid.busId));
    return {
      ...{ gpu, utilisationPercent, memoryUsedMiB, temperatureC, fault, processes: own },
      ...(errors.length > 0 && { xids: errors.map(({ line, text, ageSeconds }) => ({ line, text, ageSeconds })) }),
    };
  }

  #lost({ id, index, uuid, parent }: Gpu, { faults, gpus, isWhole, trouble }: SmiReport): string | null {
    for (const name of [this.#busIds.get(id), uuid, parent, String(index)]) {
      const fault = name ? faults.get(name) : undefined;
      if (fault !== undefined) return fault;
    }
    return isWhole && trouble === null && gpus.length > 0 ? "nvidia-smi does not list it any more" : null;
  }

  #add(name: string, id: GpuId): void {
    const ids = this.#ids.get(name) ?? new Set();
    this.#ids.set(name, ids.add(id));
  }
}
