import { domainError } from "../core/errors.ts";
import { declaredGpus, type Server } from "../core/server.ts";

/** GPUs, or cores. */
const MOST_UNITS = 100_000;
const PLENTY_MIB = 2 ** 40;

/**
 * `16x4`: 16 servers of 4 GPUs each; `pool:64`: 64 GPUs without servers, which is one server that has them all; `cores:16` and
 * `cores:2x16`: one server and two of 16 cores each, without GPUs. Throws a DomainError.
 */
export function parseCluster(text: string): readonly Server[] {
  const [, pool, kind, many, each] = /^(?:pool:(\d+)|(cores:)?(?:(\d+)x)?(\d+))$/.exec(text) ?? [];
  const [servers, units] = [Number(many ?? 1), Number(pool ?? each ?? 0)];
  const isWhole = pool !== undefined || kind !== undefined || many !== undefined; // a number alone could be either
  if (!isWhole || servers < 1 || units < 1 || servers * units > MOST_UNITS)
    throw domainError(
      "INVALID_INPUT",
      `--cluster must be SERVERSxGPUS such as 16x4, pool:GPUS such as pool:64, or cores:CORES such as cores:16 or cores:2x16, not ${JSON.stringify(text)}`,
    );
  const width = String(servers).length;
  const nameOf = (i: number): string => (pool ? "pool" : `server-${String(i + 1).padStart(width, "0")}`);
  return Array.from({ length: servers }, (_, i) =>
    kind ? simulatedServer(nameOf(i), 0, units) : simulatedServer(nameOf(i), units, 0),
  );
}

const simulatedServer = (id: string, gpus: number, cores: number): Server => ({
  id,
  driver: "simulated",
  endpoint: "simulated",
  gpus: declaredGpus(id, gpus),
  cores,
  memoryMiB: PLENTY_MIB,
  health: "up",
  reason: null,
  healthSince: 0,
  draining: false,
  setup: {},
});
