import type { Container, ContainerCreateOptions } from "dockerode";
import tar from "tar-stream";
import type { EngineFacts } from "../../../core/server.ts";
import type { AskOptions, Engine, EngineInfo } from "./engine.ts";

/** Podman answers as Docker does, with differences: measured with 4.3.1. */
export const isPodman = ({ BuildahVersion }: Pick<EngineInfo, "BuildahVersion">): boolean =>
  BuildahVersion !== undefined && BuildahVersion !== "";

export const FIXED_CORES = "Podman's Docker API cannot change the cores of a container";

/** What the engine calls itself, and what it cannot do that Docker can. */
export function engineFacts(info: EngineInfo): EngineFacts {
  if (!isPodman(info)) {
    const missing = info.ExperimentalBuild
      ? {}
      : {
          noLiveMigration:
            "the Docker engine is not in experimental mode: start dockerd with --experimental, and install criu on its machine",
        };
    return { name: `Docker ${info.ServerVersion}`, ...missing };
  }
  return {
    name: `Podman ${info.ServerVersion}`,
    fixedCores: FIXED_CORES,
    noLiveMigration: "Podman's Docker API has no checkpoints",
  };
}

/** Without a word it starts a container without the GPUs that were asked for, by whatever way. */
export const NO_PODMAN_GPUS =
  "its GPUs are given to nobody: Podman's Docker API starts containers without the GPUs that are asked for, and does not say so";

/** Podman makes the volumes of a container without their labels, by which they are found again: so they are made before it. */
export async function makeVolumes(
  engine: Engine,
  { HostConfig }: ContainerCreateOptions,
  asking: AskOptions,
): Promise<void> {
  for (const { Type, Source, VolumeOptions } of HostConfig?.Mounts ?? []) {
    const { Labels, DriverConfig } = VolumeOptions ?? {};
    if (Type !== "volume" || !Labels) continue;
    await engine.ask(asking, (abortSignal) =>
      engine.docker.createVolume({ Name: Source, Labels, Driver: DriverConfig?.Name ?? "local", abortSignal }),
    );
  }
}

/** Opens a mounted folder to all. At the container's root, Podman would reach the folder of the image that lies below. */
export async function openFolder(
  engine: Engine,
  container: Container,
  path: string,
  asking: AskOptions,
): Promise<void> {
  const pack = tar.pack();
  pack.entry({ name: "./", type: "directory", mode: 0o777 });
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  const archive = Buffer.concat(chunks);
  await engine.ask(asking, (abortSignal) => container.putArchive(archive, { path, abortSignal }));
}
