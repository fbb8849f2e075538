import { serverName } from "../config/index.ts";
import { DomainError, type Fault } from "../core/errors.ts";
import type { Server } from "../core/server.ts";
import { createChecker, faultAt, readYaml, type Schema } from "../input/index.ts";
import { simulatedServer } from "./cluster.ts";

const count = (minimum: number, maximum: number) => ({ type: "integer", minimum, maximum }) as const;

const schema = {
  title: "Cluster",
  type: "object",
  properties: {
    servers: {
      type: "array",
      minItems: 1,
      maxItems: 10_000,
      items: {
        type: "object",
        properties: {
          name: serverName,
          count: { ...count(1, 10_000), default: 1 },
          gpus: {
            type: ["integer", "object"],
            minimum: 0,
            maximum: 1024,
            properties: {
              count: count(0, 1024),
              model: { type: "string", minLength: 1, maxLength: 255 },
              memoryMiB: count(1, 1_000_000_000),
            },
            required: ["count"],
            additionalProperties: false,
            default: 0,
          },
          cores: { ...count(0, 65_536), default: 0 },
          memoryMiB: count(1, 1_000_000_000),
        },
        required: ["name"],
        additionalProperties: false,
      },
    },
  },
  required: ["servers"],
  additionalProperties: false,
} as const satisfies Schema;

interface ServerInput {
  readonly name: string;
  readonly count: number;
  readonly gpus: number | { readonly count: number; readonly model?: string; readonly memoryMiB?: number };
  readonly cores: number;
  readonly memoryMiB?: number;
}

const check = createChecker(schema);

/**
 * A cluster as YAML: `servers`, each with `name`, `gpus` (how many, or `count`, `model` and `memoryMiB`), `cores`, `memoryMiB`, and `count` where several are
 * alike: they are NAME-1, NAME-2 and so on. Throws a DomainError that names file, line and column.
 */
export function readClusterFile(file: string, text: string): readonly Server[] {
  const reading = readYaml(text);
  if (reading.problem !== null) {
    const { line, column } = reading.at;
    throw new DomainError({ code: "INVALID_INPUT", message: `${file}:${line}:${column}: ${reading.problem}` });
  }
  const { value, faults } = check(reading.value ?? {});
  const sound = faults.length === 0 ? (value as { readonly servers: readonly ServerInput[] }).servers : [];
  const all = faults.length > 0 ? faults : serverFaults(sound);
  if (all.length > 0)
    throw new DomainError(
      all.map((fault): Fault => {
        const { line, column } = reading.locate(fault.path ?? []);
        return { ...fault, message: `${file}:${line}:${column}: ${fault.message}` };
      }),
    );
  return sound.flatMap(serversOf);
}

function serversOf({ name, count: copies, gpus, cores, memoryMiB }: ServerInput): Server[] {
  return namesOf({ name, count: copies }).map((id) =>
    simulatedServer({
      id,
      gpus: typeof gpus === "number" ? gpus : Array.from({ length: gpus.count }, (_, index) => ({ ...gpus, index })),
      cores,
      ...(memoryMiB !== undefined && { memoryMiB }),
    }),
  );
}

const namesOf = ({ name, count: copies }: Pick<ServerInput, "name" | "count">): string[] =>
  copies === 1 ? [name] : Array.from({ length: copies }, (_, i) => `${name}-${i + 1}`);

/** What a schema cannot say. */
function serverFaults(servers: readonly ServerInput[]): Fault[] {
  const faults: Fault[] = [];
  const taken = new Map<string, number>();
  for (const [i, server] of servers.entries()) {
    const twice = namesOf(server).find((name) => taken.has(name));
    if (twice !== undefined)
      faults.push(
        faultAt(["servers", String(i), "name"], `${twice} is a server of servers.${taken.get(twice)} already`),
      );
    for (const name of namesOf(server)) taken.set(name, i);
  }
  const units = servers.some(({ gpus, cores }) => cores > 0 || (typeof gpus === "number" ? gpus : gpus.count) > 0);
  return units ? faults : [...faults, faultAt(["servers"], "no server has GPUs or CPU cores")];
}
