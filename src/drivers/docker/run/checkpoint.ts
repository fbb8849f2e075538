import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { finished } from "node:stream";
import type { Container, VolumeInspectInfo } from "dockerode";
import { type Target, unlessSilent, watched } from "../../../carry/carry.ts";
import { readManifest } from "../../../carry/tar-stream.ts";
import { CheckpointGone, type CheckpointLook } from "../../driver.ts";
import type { Engine } from "../engine/engine.ts";
import { accept, reasonOf, statusOf } from "../engine/engine.ts";
import { Gate } from "../engine/gate.ts";

/** A reading during which nothing moves for so long is given up. */
const SILENCE_MILLIS = 60_000;
/** An engine begins to answer within that time, however large the folder. */
const OPEN_MILLIS = 30_000;
/** Where a container that only lends access to a folder has it mounted. */
export const LENT_PATH = "/checkpoint";
const LOOKS_AT_A_TIME = 8;

/** The checkpoint folder of a container that was created and not yet started. Files can be put into it, and not be taken away. */
export const folderOf = (container: Container, path: string): Target => ({
  look: (signal) =>
    unlessSilent(signal, SILENCE_MILLIS, async (either, moved) => {
      const archive = await container.getArchive({ path: `${path}/`, abortSignal: either }).catch(lasting);
      return await readManifest(watched(archive, moved), either);
    }),
  async unpack(stream, signal) {
    await container.putArchive(stream, { path, abortSignal: signal }).catch(lasting);
  },
  becomes: (entry) => entry,
});

/** A container that is gone does not come back, and a disk that is full does not empty itself. */
function lasting(error: unknown): never {
  const isFull = /no space left|disk quota exceeded/i.test(reasonOf(error));
  if (isFull) throw Object.assign(new Error(reasonOf(error)), { permanent: true, code: "ENOSPC" });
  if (statusOf(error) === 404) throw Object.assign(error as Error, { permanent: true });
  throw error;
}

/**
 * The content of a volume as a tar stream. Rejects with CheckpointGone when there is no such volume.
 * @param labels of the container that is made for it where there is none
 */
export async function readOut(
  engine: Engine,
  volume: string,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<NodeJS.ReadableStream> {
  const access = await accessTo(engine, volume, labels, signal);
  try {
    signal.throwIfAborted();
    const source = await engine.open(signal, OPEN_MILLIS, (abortSignal) =>
      access.container.getArchive({ path: `${access.path}/`, abortSignal }),
    );
    finished(source, access.release);
    return source;
  } catch (error) {
    access.release();
    throw error;
  }
}

/** How the folder of a volume looks, by the engine's account of single paths. Rejects with CheckpointGone when there is no such volume. */
export async function lookAt(
  engine: Engine,
  volume: string,
  labels: Readonly<Record<string, string>>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<CheckpointLook> {
  const access = await accessTo(engine, volume, labels, signal);
  const gate = new Gate(LOOKS_AT_A_TIME);
  const stat = (path: string) =>
    gate.through(signal, () =>
      engine
        .ask({ signal, patienceMillis: 0 }, (abortSignal) =>
          access.container.infoArchive({ path: `${access.path}/${path}`, abortSignal }),
        )
        .then(statOf, accept<PathStat>(404)),
    );
  try {
    const [info, root] = [await engine.info(signal), await stat("")];
    if (!root) throw new Error(`the volume ${volume} is not there`);
    const files = await Promise.all(paths.map(stat));
    return {
      now: Date.parse(info.SystemTime),
      changedAt: root.changedAt,
      files: files.map((file) => (file ? { size: file.size, changedAt: file.changedAt } : null)),
    };
  } finally {
    access.release();
  }
}

interface PathStat {
  readonly size: number;
  readonly changedAt: number;
}

function statOf(answer: NodeJS.ReadableStream): PathStat {
  answer.resume();
  const { headers } = answer as IncomingMessage;
  const text = Buffer.from(String(headers["x-docker-container-path-stat"]), "base64").toString();
  const { size, mtime } = JSON.parse(text) as { size: number; mtime: string };
  return { size, changedAt: Date.parse(mtime) };
}

interface Access {
  readonly container: Container;
  readonly path: string;
  readonly release: () => void;
}

/** Some container that has the volume mounted. An engine would make a volume that is asked for and not there. */
async function accessTo(
  engine: Engine,
  volume: string,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Access> {
  const before = await inspect(engine, volume, signal);
  const mounted = await mountedIn(engine, volume, signal);
  if (mounted) return mounted;
  const lent = await lend(engine, before, labels, signal);
  try {
    const { CreatedAt } = await inspect(engine, volume, signal);
    if (CreatedAt === before.CreatedAt) return lent;
    throw new CheckpointGone(`the volume ${volume} was removed before it could be read`);
  } catch (error) {
    lent.release();
    throw error;
  }
}

type Volume = VolumeInspectInfo & { readonly CreatedAt?: string };

const inspect = (engine: Engine, volume: string, signal: AbortSignal): Promise<Volume> =>
  engine
    .ask({ signal, patienceMillis: 0 }, (abortSignal) => engine.docker.getVolume(volume).inspect({ abortSignal }))
    .catch((error: unknown) => {
      throw statusOf(error) === 404 ? new CheckpointGone(`there is no volume ${volume}`) : error;
    });

/** A container of the job, mostly the one that wrote the folder. */
async function mountedIn(engine: Engine, volume: string, signal: AbortSignal): Promise<Access | null> {
  const containers = await engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
    engine.docker.listContainers({ all: true, filters: { volume: [volume] }, abortSignal }),
  );
  for (const { Id, Mounts } of containers) {
    const mount = Mounts.find(({ Name }) => Name === volume);
    if (mount) return { container: engine.docker.getContainer(Id), path: mount.Destination, release: () => undefined };
  }
  return null;
}

/** A container that is made only to mount the folder, of any image, and that never runs. */
async function lend(
  engine: Engine,
  { Name: volume, Labels: owner }: Volume,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Access> {
  const [image] = await engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
    engine.docker.listImages({ abortSignal }),
  );
  if (!image) throw new Error("a checkpoint folder can be read only where the engine has an image, and it has none");
  // One that is removed meanwhile would be made anew and by no label be found again.
  const VolumeOptions = { NoCopy: true, Labels: owner ?? {}, DriverConfig: { Name: "local", Options: {} } };
  // Not ended by `signal`: nobody could say then whether there is a container to remove.
  const container = await engine.request(new AbortController().signal, 30_000, (abortSignal) =>
    engine.docker.createContainer({
      name: `${volume}-reader-${randomBytes(6).toString("hex")}`,
      Image: image.Id,
      Entrypoint: ["never-run"],
      Labels: labels,
      HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: LENT_PATH, ReadOnly: true, VolumeOptions }] },
      abortSignal,
    }),
  );
  const remove = () =>
    engine
      .ask({ signal: new AbortController().signal, patienceMillis: 30_000 }, (abortSignal) =>
        container.remove({ force: true, abortSignal }),
      )
      .catch(accept(404));
  return { container, path: LENT_PATH, release: () => void remove().catch(() => undefined) };
}
