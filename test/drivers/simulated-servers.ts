import type { Clock } from "../../src/core/time.ts";
import { type SimulatedOptions, simulatedDriver } from "../../src/drivers/simulated.ts";
import { simulatedWorld } from "../../src/drivers/simulated-world.ts";
import { Told } from "./support.ts";

/** Simulated servers under one clock, on which all of a job's work takes 10 s. */
export function simulatedServers(clock: Clock, options: Partial<SimulatedOptions> = {}) {
  const [told, world] = [new Told(), simulatedWorld()];
  const open = (server: string, more: Partial<SimulatedOptions> = {}) =>
    simulatedDriver({
      server,
      gpus: 4,
      cores: 8,
      memoryMiB: 1024,
      world,
      duration: () => 10_000,
      context: {
        cluster: "simulated",
        clock,
        emit: (event) => told.all.push(event),
        secrets: () => Promise.reject(new Error("not needed")),
        openCheckpoint: () => Promise.reject(new Error("not needed")),
        log: () => {},
      },
      ...options,
      ...more,
    });
  return { told, world, open };
}
