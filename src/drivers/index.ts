import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config, ServerConfig } from "../config/index.ts";
import type { Server } from "../core/server.ts";
import type { OpenCode } from "./code.ts";
import { dockerDriver } from "./docker/docker-driver.ts";
import type { Driver, DriverContext } from "./driver.ts";
import { processDriver } from "./process/driver.ts";

/** What all drivers of a server are made with. */
export interface DriverSettings
  extends Pick<Config, "dataDir" | "containers" | "registries" | "images" | "minFreeDiskMiB"> {
  readonly openCode: OpenCode;
}

/** The registry: the driver of a server, set up as the server's record says. Throws when a file it names cannot be read. */
export function makeDriver(
  { id, driver, setup, gpus: knownGpus }: Server,
  context: DriverContext,
  settings: DriverSettings,
): Driver {
  const { endpoint, tls, gpus, gpuProbeImage, cores, memoryMiB } = setup as unknown as ServerConfig;
  const { dataDir, containers, registries, images, minFreeDiskMiB, openCode } = settings;
  const housekeeping = { images, minFreeDiskMiB, usesFile: join(dataDir, "images", `${id}.json`) };
  const options = {
    server: id,
    gpus,
    knownGpus,
    context,
    openCode,
    ...(cores !== undefined && { cores }),
    ...(memoryMiB !== undefined && { memoryMiB }),
  };
  switch (driver) {
    case "docker":
      return dockerDriver({
        ...options,
        ...(gpuProbeImage !== undefined && { gpuProbeImage }),
        containers,
        registries,
        housekeeping,
        endpoint,
        ...(tls && { tls: readTls(tls) }),
      });
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
