import { domainError } from "../core/errors.ts";
import { declaredGpus, type Server } from "../core/server.ts";

const MOST_GPUS = 100_000;
const PLENTY_MIB = 2 ** 40;

/** `16x4`: 16 servers of 4 GPUs each; `pool:64`: 64 GPUs without servers, which is one server that has them all. Throws a DomainError. */
export function parseCluster(text: string): readonly Server[] {
  const pool = /^pool:(\d+)$/.exec(text);
  const grid = /^(\d+)x(\d+)$/.exec(text);
  const [servers, gpus] = pool ? [1, Number(pool[1])] : [Number(grid?.[1] ?? 0), Number(grid?.[2] ?? 0)];
  if (servers < 1 || gpus < 1 || servers * gpus > MOST_GPUS)
    throw domainError(
      "INVALID_INPUT",
      `--cluster must be SERVERSxGPUS such as 16x4, or pool:GPUS such as pool:64, not ${JSON.stringify(text)}`,
    );
  const width = String(servers).length;
  return Array.from({ length: servers }, (_, i) =>
    simulatedServer(pool ? "pool" : `server-${String(i + 1).padStart(width, "0")}`, gpus),
  );
}

const simulatedServer = (id: string, gpus: number): Server => ({
  id,
  driver: "simulated",
  endpoint: "simulated",
  gpus: declaredGpus(id, gpus),
  cores: 0,
  memoryMiB: PLENTY_MIB,
  health: "up",
  reason: null,
  healthSince: 0,
  draining: false,
  setup: {},
});
