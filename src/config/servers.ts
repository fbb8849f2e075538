import { resolve } from "node:path";
import { DomainError, type Fault } from "../core/errors.ts";
import { createChecker, faultAt, type Path } from "../input/index.ts";
import type { GpuConfig, ServerConfig } from "./config.ts";
import { endpointProblem, isLoopback, parseEndpoint } from "./endpoint.ts";
import { serverSchema } from "./schema.ts";

/** A server as it is written, checked. */
export type ServerInput = Pick<ServerConfig, "name" | "endpoint"> & Partial<ServerConfig>;

const check = createChecker(serverSchema);

/**
 * A server as the API adds it.
 * @param folder relative paths of tls files start here
 * @throws DomainError with every fault at once, each with its path
 */
export function serverConfigFrom(input: unknown, folder = "."): ServerConfig {
  const { value, faults } = check(input);
  const all = faults.length > 0 ? faults : serverFaults(value as ServerInput, []);
  if (all.length > 0) throw new DomainError(all);
  return completeServer(value as ServerInput, folder);
}

/** What a schema cannot say of a server. */
export function serverFaults({ endpoint, tls, insecure, gpus }: ServerInput, path: Path): Fault[] {
  const faults: Fault[] = [];
  const problem = endpointProblem(endpoint);
  if (problem) faults.push(faultAt([...path, "endpoint"], problem));
  const where = parseEndpoint(endpoint);
  if (tls && where && where.kind !== "tcp") faults.push(faultAt([...path, "tls"], "is for tcp:// endpoints only"));
  if (where?.kind === "tcp" && !isLoopback(where.host) && !tls && !insecure) {
    const remedy = "give tls {ca, cert, key}, use ssh://, or set insecure: true in a network you trust";
    faults.push(faultAt([...path, "endpoint"], `without tls, anyone who can reach it rules that machine: ${remedy}`));
  }
  if (Array.isArray(gpus)) faults.push(...gpuFaults(gpus, [...path, "gpus"]));
  return faults;
}

function gpuFaults(gpus: readonly GpuConfig[], path: Path): Fault[] {
  const digits = gpus.flatMap(({ uuid }, i) =>
    uuid !== undefined && /^\d+$/.test(uuid)
      ? [faultAt([...path, String(i), "uuid"], "must not be a number: that is the index; nvidia-smi -L shows the UUID")]
      : [],
  );
  return [...digits, ...repeats(gpus, ["index", "uuid"], path)];
}

/** One fault for each value of `fields` that an earlier entry of the list has. */
export function repeats<T>(list: readonly T[], fields: readonly (keyof T & string)[], path: Path): Fault[] {
  return list.flatMap((entry, i) =>
    fields.flatMap((field) => {
      const first = list.findIndex((other) => other[field] === entry[field]);
      if (entry[field] === undefined || first === i) return [];
      return [faultAt([...path, String(i), field], `is that of ${[...path, first].join(".")} already`)];
    }),
  );
}

export function completeServer({ tls, ...server }: ServerInput, folder: string): ServerConfig {
  return {
    ...server,
    insecure: server.insecure ?? false,
    gpus: server.gpus ?? "auto",
    tls: tls ? { ca: resolve(folder, tls.ca), cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } : null,
  };
}
