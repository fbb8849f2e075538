import type { DeclaredGpu, Gpu } from "../../../core/server.ts";
import { declaredGpus } from "../../../core/server.ts";
import type { GpuGrant, GpuReading, Inventory } from "../../driver.ts";
import { foundGpus } from "../../found-gpus.ts";
import { GpuNames } from "../../gpu-readings.ts";
import type { SmiReport } from "../../nvidia-smi.ts";
import { type Engine, reasonOf } from "../engine/engine.ts";
import { GpuGrants } from "./gpu-grants.ts";
import type { GpuWay } from "./gpu-request.ts";
import { GpuProbe, NoGpus, type ProbeOptions } from "./inventory.ts";

/** So long a server waits for its GPUs before it is taken up with those that are known of it. */
const PATIENCE_MILLIS = 5_000;

export interface GpuOptions extends ProbeOptions {
  readonly server: string;
  readonly gpus: "auto" | number | readonly DeclaredGpu[];
  /** Those that it had when they were last found. */
  readonly known: readonly Gpu[];
}

type Found = Pick<Inventory, "gpus" | "notice">;

/** The GPUs of one engine's machine: which there are, how they are, and who was given them. */
export class EngineGpus {
  readonly #options: GpuOptions;
  readonly #probe: GpuProbe;
  readonly #grants: GpuGrants;
  #names: GpuNames;

  constructor(engine: Engine, options: GpuOptions) {
    this.#options = options;
    this.#probe = new GpuProbe(engine, options);
    this.#grants = new GpuGrants(engine, options.cluster);
    this.#names = new GpuNames(options.gpus === "auto" ? options.known : declaredGpus(options.server, options.gpus));
  }

  get all(): readonly Gpu[] {
    return this.#names.gpus;
  }
  get way(): GpuWay {
    return this.#probe.way ?? "request";
  }

  /**
   * What there is. Where asking takes long (an image has to be pulled), those that are known; `later` is told when it is found out.
   * @param signal ends the asking
   */
  async inventory(signal: AbortSignal, later: (found: Found) => void): Promise<Found> {
    this.#probe.forget();
    if (this.#options.gpus !== "auto") return { gpus: this.all };
    let isLate = false;
    const finding = this.#find(signal).then((found) => {
      if (isLate && !signal.aborted) later(found);
      return found;
    });
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<Found>((resolve) => {
      timer = setTimeout(() => {
        isLate = true;
        resolve({ gpus: this.all, notice: "gpus: auto is still looking" });
      }, PATIENCE_MILLIS);
    });
    return Promise.race([finding, patience]).finally(() => clearTimeout(timer));
  }

  async #find(signal: AbortSignal): Promise<Found> {
    const { server } = this.#options;
    let canGive = true;
    const report: Pick<SmiReport, "gpus" | "trouble"> = await this.#probe
      .ask(this.#physical(), signal)
      .catch((error: unknown) => {
        canGive = !(error instanceof NoGpus);
        return { gpus: [], trouble: reasonOf(error) };
      });
    const found = foundGpus(server, report.gpus, canGive ? this.all : [], report.trouble);
    this.#names = new GpuNames(found.gpus);
    return found;
  }

  async readings(signal: AbortSignal): Promise<readonly GpuReading[]> {
    const report = await this.#probe.ask(this.#physical(), signal);
    const processes = await this.#grants.owned(report.processes, signal);
    const readings = this.#names.readings({ ...report, processes });
    if (readings.length === 0 && report.trouble !== null) throw new Error(report.trouble);
    return readings;
  }

  grants(signal: AbortSignal): Promise<readonly GpuGrant[]> {
    return this.#grants.read(this.#names, signal);
  }

  /** Fulfilled when no container of ours is left that asks; whoever asked has given up by then, or soon does. */
  close(): Promise<void> {
    return this.#probe.settled();
  }

  /** Names by which nvidia-smi can be asked for each. */
  #physical(): readonly string[] {
    return [...new Set(this.all.map(({ uuid, index, parent }) => parent ?? uuid ?? String(index)))];
  }
}
