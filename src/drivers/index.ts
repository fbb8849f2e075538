import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerConfig } from "../config/index.ts";
import type { Server } from "../core/server.ts";
import { dockerDriver } from "./docker/docker-driver.ts";
import type { Driver, DriverContext } from "./driver.ts";
import { processDriver } from "./process/driver.ts";

/** The registry: the driver of a server, set up as the server's record says. Throws when a file it names cannot be read. */
export function makeDriver({ id, driver, setup }: Server, context: DriverContext, dataDir: string): Driver {
  const { endpoint, tls, gpus, cores, memoryMiB } = setup as unknown as ServerConfig;
  const options = {
    server: id,
    gpus,
    context,
    ...(cores !== undefined && { cores }),
    ...(memoryMiB !== undefined && { memoryMiB }),
  };
  switch (driver) {
    case "docker":
      return dockerDriver({ ...options, endpoint, ...(tls && { tls: readTls(tls) }) });
    case "process":
      return processDriver({ ...options, root: join(dataDir, "servers", id) });
    case "simulated":
      throw new TypeError("a simulated server has its place in simulations only");
  }
}

/** The contents of the files that reach an engine safely. */
export const readTls = ({ ca, cert, key }: NonNullable<ServerConfig["tls"]>) => ({
  ca: readFileSync(ca, "utf8"),
  cert: readFileSync(cert, "utf8"),
  key: readFileSync(key, "utf8"),
});
