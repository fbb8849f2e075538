import type { JobId } from "../core/job.ts";
import { conditionOf, type Gpu, type GpuCondition, type GpuId } from "../core/server.ts";
import type { FoundRun, GpuGrant, GpuProcess, GpuReading } from "../drivers/driver.ts";

/** As much memory of a GPU that nobody holds is somebody's work, even if no process is seen: in MiB, or a part of what it has. */
const IDLE_MIB = 512;
const IDLE_FRACTION = 0.1;

/** An error in the kernel's log that is older when its GPU is first looked at says nothing of the present: the GPU may have been reset since. */
const FRESH_SECONDS = 600;

/** What is known of the GPUs of one server, and for how many looks it has been so. */
export class GpuJudge {
  readonly #owners: (gpu: GpuId) => JobId | null;
  readonly #isExpected: (run: FoundRun, gpu: GpuId) => boolean;
  #faults = new Map<GpuId, Suspicion>();
  #processes = new Map<GpuId, Suspicion>();
  #containers = new Map<GpuId, Suspicion>();
  /** Errors in the kernel's log that are not on record yet: each counts once. */
  readonly #errors = new Map<GpuId, string>();
  /** Errors that were told of before: one that was looked into and released is not told of again. Null before the first look. */
  #heard: ReadonlySet<string> | null = null;
  #looked = false;
  #audited = false;

  /** @param isExpected whether the run may have that GPU, as far as our books say */
  constructor(owners: (gpu: GpuId) => JobId | null, isExpected: (run: FoundRun, gpu: GpuId) => boolean) {
    this.#owners = owners;
    this.#isExpected = isExpected;
  }

  /** Is there anything that another look is to confirm, or to lift? */
  get isCurious(): boolean {
    return (
      [...this.#faults.values(), ...this.#processes.values()].some(({ looks }) => looks === 1) ||
      this.#processes.size > 0
    );
  }

  /** Is there an error that is not known to be on record? */
  get hasNews(): boolean {
    return this.#errors.size > 0;
  }

  /** @param readings null when there is nobody to ask */
  lookedAt(gpus: readonly Gpu[], readings: readonly GpuReading[] | null): void {
    this.#looked = true;
    const [faults, processes] = [new Map<GpuId, string>(), new Map<GpuId, string>()];
    const memory = new Map(gpus.map(({ id, memoryMiB }) => [id, memoryMiB]));
    for (const reading of readings ?? []) {
      if (reading.fault !== null) faults.set(reading.gpu, reading.fault);
      const why =
        this.#owners(reading.gpu) === null
          ? foreignUse(reading, memory.get(reading.gpu) ?? null)
          : amongOthers(reading.processes.filter(({ run }) => this.#isForeign(reading.gpu, run)));
      if (why !== null) processes.set(reading.gpu, why);
    }
    this.#faults = again(this.#faults, faults);
    this.#processes = again(this.#processes, processes);
    if (readings) this.#hear(readings);
  }

  /** On a GPU that a job of ours holds. */
  #isForeign(gpu: GpuId, run: FoundRun | null | undefined): boolean {
    return run !== undefined && (run === null || !this.#isExpected(run, gpu));
  }

  /** What the driver itself tells of a device takes no second look. */
  #hear(readings: readonly GpuReading[]): void {
    const heard = new Set<string>();
    for (const { gpu, xids = [] } of readings)
      for (const { line, text, ageSeconds } of xids) {
        heard.add(line);
        const isNew = this.#heard ? !this.#heard.has(line) : ageSeconds <= FRESH_SECONDS;
        if (isNew) this.#errors.set(gpu, text);
      }
    this.#heard = heard;
  }

  /** @param grants null when there is nobody to ask */
  audited(grants: readonly GpuGrant[] | null): void {
    this.#audited = true;
    const [foreign, astray] = [new Map<GpuId, string>(), new Map<GpuId, string>()];
    for (const { container, run, gpus } of grants ?? [])
      for (const gpu of gpus)
        if (!run) foreign.set(gpu, `container ${container}`);
        else if (!this.#isExpected(run, gpu)) astray.set(gpu, `container ${container}, which should be gone`);
    const confirmed = again(this.#containers, astray);
    for (const [gpu, why] of foreign) confirmed.set(gpu, { why, looks: CONFIRMED });
    this.#containers = confirmed;
  }

  /**
   * How the GPU is to be treated. A fault stays until it is released by hand. What has been seen once may be a hitch, or a run of ours that is just
   * ending: it takes two looks, but for a container of somebody else, which is plain.
   */
  conditionOf(gpu: Gpu): GpuCondition {
    const { fault, busy } = conditionOf(gpu);
    if (fault !== null) this.#errors.delete(gpu.id);
    const seen = confirmed(this.#containers, gpu.id) ?? confirmed(this.#processes, gpu.id);
    const isKnown = this.#looked && this.#audited;
    return {
      fault: fault ?? confirmed(this.#faults, gpu.id) ?? this.#errors.get(gpu.id) ?? null,
      busy: seen !== null ? `not ours: ${seen}` : isKnown ? null : busy,
    };
  }
}

interface Suspicion {
  readonly why: string;
  readonly looks: number;
}
const CONFIRMED = 2;

const again = (before: ReadonlyMap<GpuId, Suspicion>, now: ReadonlyMap<GpuId, string>): Map<GpuId, Suspicion> =>
  new Map([...now].map(([gpu, why]) => [gpu, { why, looks: (before.get(gpu)?.looks ?? 0) + 1 }]));

function confirmed(suspicions: ReadonlyMap<GpuId, Suspicion>, gpu: GpuId): string | null {
  const suspicion = suspicions.get(gpu);
  return suspicion && suspicion.looks >= CONFIRMED ? suspicion.why : null;
}

function amongOthers([first, ...rest]: readonly GpuProcess[]): string | null {
  if (!first) return null;
  return `pid ${first.pid} ${first.name.split("/").at(-1)}${rest.length > 0 ? ` and ${rest.length} more` : ""}`;
}

function foreignUse({ processes, memoryUsedMiB }: GpuReading, memoryMiB: number | null): string | null {
  const computing = amongOthers(processes);
  if (computing !== null) return computing;
  const most = Math.max(IDLE_MIB, (memoryMiB ?? 0) * IDLE_FRACTION);
  return memoryUsedMiB !== null && memoryUsedMiB > most ? `${memoryUsedMiB} MiB of its memory are in use` : null;
}
