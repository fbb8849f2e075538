import { Gauge, type Registry } from "prom-client";
import type { Gpu, Server } from "../core/server.ts";
import { type GpuState, gpuStateOf, type ServerState, standingOf } from "../core/server-state.ts";
import type { Engine } from "../engine/engine.ts";
import type { Meter } from "../engine/usage/meter.ts";
import type { UsageSample } from "../store/usage/sample.ts";

const MIB = 1024 * 1024;
const STATES: readonly ServerState[] = ["up", "suspect", "down", "draining", "cordoned"];
const GPU_STATES: readonly GpuState[] = ["leased", "idle", "faulty", "busy"];

/** How the servers and their GPUs are, as they are asked for. */
export function clusterMetrics(registry: Registry, engine: Engine, meter: Meter): void {
  const { scheduler } = engine;
  const servers = (): readonly Server[] => [...scheduler.servers.values()];
  const gauge = <T extends string>(
    name: string,
    help: string,
    labelNames: T[],
    each: (set: (labels: Record<T, string>, value: number | null | undefined) => void) => void,
  ): void => {
    new Gauge({
      name: `schedulearn_${name}`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        each((labels, value) => typeof value === "number" && this.set(labels, value));
      },
    });
  };
  const ofServers = (name: string, help: string, value: (server: Server) => number | null | undefined): void =>
    gauge(name, help, ["server"], (set) => {
      for (const server of servers()) set({ server: server.id }, value(server));
    });
  const measured = (name: string, help: string, value: (sample: UsageSample) => number | null): void =>
    ofServers(name, help, ({ id }) => {
      const sample = meter.latest?.samples.get(id);
      return sample ? value(sample) : null;
    });

  ofServers("server_up", "1 while the server can be reached, else 0.", ({ health }) => (health === "up" ? 1 : 0));
  gauge("server_state", "1 for the state of the server, 0 for all others.", ["server", "state"], (set) => {
    for (const server of servers()) {
      const { state: present } = standingOf(server);
      for (const state of STATES) set({ server: server.id, state }, state === present ? 1 : 0);
    }
  });
  ofServers("server_cores", "CPU cores of the server that jobs may have.", ({ cores }) => cores);
  ofServers("server_cores_granted", "CPU cores that jobs hold.", ({ id }) => {
    const room = scheduler.ledger.rooms.get(id);
    return room && room.coreOwner.length - room.idleCores;
  });
  measured("server_cores_busy", "CPU cores that jobs really keep busy.", ({ cores }) => cores.used);
  ofServers("server_memory_bytes", "Memory of the server that jobs may have.", ({ memoryMiB }) => memoryMiB * MIB);
  ofServers("server_memory_granted_bytes", "Memory that is set aside for jobs.", ({ id }) => {
    const room = scheduler.ledger.rooms.get(id);
    return room && room.usedMemoryMiB * MIB;
  });
  measured("server_memory_resident_bytes", "What jobs really have in memory.", ({ memoryMiB: { used } }) =>
    inBytes(used),
  );
  ofServers("server_disk_free_bytes", "What is free of the disk of the server's engine.", ({ freeDiskMiB }) =>
    inBytes(freeDiskMiB ?? null),
  );

  gauge(
    "gpus",
    "GPUs of the server, by state: leased, idle, faulty, or busy with others' work.",
    ["server", "state"],
    (set) => {
      for (const { id: server, gpus } of servers()) {
        const room = scheduler.ledger.rooms.get(server);
        const states = gpus.map((gpu) => gpuStateOf(gpu, room?.gpuOwner[room.position.get(gpu.id) ?? -1] ?? null));
        for (const state of GPU_STATES) set({ server, state }, states.filter((each) => each === state).length);
      }
    },
  );
  const ofGpus = (name: string, help: string, value: (gpu: Gpu, server: string) => number | null | undefined): void =>
    gauge(name, help, ["server", "gpu"], (set) => {
      for (const { id: server, gpus } of servers())
        for (const gpu of gpus) set({ server, gpu: String(gpu.index) }, value(gpu, server));
    });
  const reading = (gpu: Gpu, server: string) => engine.gpus.reading(server, gpu.id);
  ofGpus("gpu_utilisation_ratio", "How busy the GPU is, 0 to 1.", (gpu, server) => {
    const percent = reading(gpu, server)?.utilisationPercent;
    return typeof percent === "number" ? percent / 100 : null;
  });
  ofGpus("gpu_memory_bytes", "The GPU's memory.", ({ memoryMiB }) => inBytes(memoryMiB));
  ofGpus("gpu_memory_used_bytes", "The GPU's memory in use.", (gpu, server) =>
    inBytes(reading(gpu, server)?.memoryUsedMiB ?? null),
  );
  ofGpus("gpu_temperature_celsius", "The GPU's temperature.", (gpu, server) => reading(gpu, server)?.temperatureC);
}

const inBytes = (mebibytes: number | null): number | null => (mebibytes === null ? null : mebibytes * MIB);
