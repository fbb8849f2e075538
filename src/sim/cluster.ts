import { domainError } from "../core/errors.ts";
import { type DeclaredGpu, declaredGpus, type Server } from "../core/server.ts";

/** GPUs, or cores. */
const MOST_UNITS = 100_000;
const PLENTY_MIB = 2 ** 40;

/** Servers times GPUs plus cores of each; a pool is one server, and so may those of cores alone be. */
const FORMS = [
  /^(?<servers>\d+)x(?<gpus>\d+)(?:\+(?<cores>\d+))?$/,
  /^pool:(?<gpus>\d+)(?:\+(?<cores>\d+))?$/,
  /^cores:(?:(?<servers>\d+)x)?(?<cores>\d+)$/,
];

/**
 * `16x4`: 16 servers of 4 GPUs each; `16x4+32`: with 32 CPU cores each; `pool:64`: 64 GPUs without servers, which is one server that has them
 * all; `cores:16` and `cores:2x16`: one server and two of 16 cores each, without GPUs. Servers whose cores nobody tells have none, and
 * jobs on GPUs are not held up by that. Throws a DomainError.
 */
export function parseCluster(text: string): readonly Server[] {
  const found = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups) ?? {};
  const [servers, gpus, cores] = [found.servers ?? 1, found.gpus ?? 0, found.cores ?? 0].map(Number) as [
    number,
    number,
    number,
  ];
  const units = Math.max(gpus, cores);
  if (servers < 1 || units < 1 || servers * units > MOST_UNITS)
    throw domainError(
      "INVALID_INPUT",
      `--cluster must be SERVERSxGPUS such as 16x4 (16x4+32: with 32 cores each), pool:GPUS such as pool:64, cores:CORES such as cores:16 or cores:2x16, a file FILE.yaml, or live, not ${JSON.stringify(text)}`,
    );
  const width = String(servers).length;
  const nameOf = (i: number): string =>
    text.startsWith("pool:") ? "pool" : `server-${String(i + 1).padStart(width, "0")}`;
  return Array.from({ length: servers }, (_, i) => simulatedServer({ id: nameOf(i), gpus, cores }));
}

/** A server that only pretends. Its memory is plenty unless it is told. */
export const simulatedServer = ({
  id,
  gpus,
  cores = 0,
  memoryMiB = PLENTY_MIB,
}: {
  readonly id: string;
  readonly gpus: number | readonly DeclaredGpu[];
  readonly cores?: number;
  readonly memoryMiB?: number;
}): Server => ({
  id,
  driver: "simulated",
  endpoint: "simulated",
  gpus: declaredGpus(id, gpus),
  cores,
  memoryMiB,
  health: "up",
  reason: null,
  healthSince: 0,
  draining: false,
  setup: {},
});
