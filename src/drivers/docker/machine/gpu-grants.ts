import type { ContainerInfo, ContainerInspectInfo, HostConfig } from "dockerode";
import type { GpuId } from "../../../core/server.ts";
import type { FoundRun, GpuGrant } from "../../driver.ts";
import type { GpuNames } from "../../gpu-readings.ts";
import type { SmiProcess } from "../../nvidia-smi.ts";
import { CLUSTER_LABEL, foundRun } from "../container/labels.ts";
import { accept, type Engine } from "../engine/engine.ts";
import { GPUS_LABEL } from "./gpu-request.ts";
import { PROBE_LABEL } from "./inventory.ts";

const ASK_MILLIS = 5_000;

/** What running containers were given of an engine's GPUs. A container's devices never change, so each is looked into once. */
export class GpuGrants {
  readonly #engine: Engine;
  readonly #cluster: string;
  /** Of containers that are not ours, by id: names of devices. */
  #strangers = new Map<string, readonly string[]>();

  constructor(engine: Engine, cluster: string) {
    this.#engine = engine;
    this.#cluster = cluster;
  }

  async read(names: GpuNames, signal: AbortSignal): Promise<readonly GpuGrant[]> {
    const running = await this.#running(signal);
    const grants: GpuGrant[] = [];
    const strangers = new Map<string, readonly string[]>();
    for (const { Id, Names, Labels } of running) {
      const run = this.#ours(Labels);
      if (!run && Labels[PROBE_LABEL] !== undefined) continue;
      const given = run ? (Labels[GPUS_LABEL]?.split(",") ?? []) : await this.#given(Id, signal);
      if (!run) strangers.set(Id, given);
      const gpus = [...new Set(given.flatMap((name): readonly GpuId[] => names.idsOf(name)))];
      if (gpus.length > 0) grants.push({ container: (Names[0] ?? Id).replace(/^\//, ""), run, gpus });
    }
    this.#strangers = strangers;
    return grants;
  }

  /** Whose the processes are: a process belongs to the run in whose container it is. */
  async owned(processes: readonly SmiProcess[], signal: AbortSignal): Promise<readonly SmiProcess[]> {
    if (processes.length === 0) return processes;
    const running = new Map((await this.#running(signal)).map(({ Id, Labels }) => [Id, this.#ours(Labels)]));
    return processes.map(({ run: _, ...told }) => {
      const { container } = told;
      // One that is not in the list has ended meanwhile, and the process with it.
      const run = container === null ? null : running.get(container ?? "");
      return run === undefined ? told : { ...told, run };
    });
  }

  #running(signal: AbortSignal): Promise<readonly ContainerInfo[]> {
    return this.#engine.request(signal, ASK_MILLIS, (abortSignal) =>
      this.#engine.docker.listContainers({ abortSignal }),
    );
  }

  #ours(labels: Readonly<Record<string, string>>): FoundRun | null {
    return labels[CLUSTER_LABEL] === this.#cluster ? foundRun(labels) : null;
  }

  async #given(id: string, signal: AbortSignal): Promise<readonly string[]> {
    const known = this.#strangers.get(id);
    if (known) return known;
    const info = await this.#engine
      .request(signal, ASK_MILLIS, (abortSignal) => this.#engine.docker.getContainer(id).inspect({ abortSignal }))
      .catch(accept<ContainerInspectInfo>(404));
    return info ? devicesGiven(info) : [];
  }
}

/** Names of the devices that a container was given, in whichever way: by request, by runtime, by CDI, by device file. */
export function devicesGiven({ HostConfig: host, Config }: ContainerInspectInfo): string[] {
  const { DeviceRequests, Devices, Runtime } = host as HostConfig & { readonly Runtime?: string };
  const names: string[] = [];
  for (const { Driver, Count, DeviceIDs, Capabilities } of DeviceRequests ?? []) {
    if (Driver === "cdi") names.push(...(DeviceIDs ?? []).flatMap(cdiName));
    else if (Driver === "nvidia" || Capabilities?.flat().includes("gpu")) {
      if ((DeviceIDs ?? []).length > 0) names.push(...(DeviceIDs as string[]));
      else if (Count === -1) names.push("all");
      else names.push(...Array.from({ length: Count ?? 0 }, (_, index) => String(index))); // always the first ones
    }
  }
  if (Runtime === "nvidia") names.push(...visibleIn(Config.Env ?? []));
  for (const { PathOnHost } of (Devices ?? []) as { readonly PathOnHost?: string }[]) {
    const index = /^\/dev\/nvidia(\d+)$/.exec(PathOnHost ?? "")?.[1];
    if (index !== undefined) names.push(index);
  }
  return names;
}

const cdiName = (name: string): string[] => /^nvidia\.com\/gpu=(.+)$/.exec(name)?.slice(1) ?? [];

function visibleIn(env: readonly string[]): string[] {
  const told = env.findLast((entry) => entry.startsWith("NVIDIA_VISIBLE_DEVICES="))?.split("=")[1] ?? "";
  return ["", "none", "void"].includes(told) ? [] : told.split(",");
}
