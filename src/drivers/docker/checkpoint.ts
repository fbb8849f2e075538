import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Container } from "dockerode";
import tar from "tar-stream";
import type { Engine } from "./engine.ts";
import { accept } from "./engine.ts";

export interface Carried {
  /** Of the files' content. */
  readonly bytes: number;
  readonly files: number;
}

/** A carry during which nothing moves for so long is given up. */
const SILENCE_MILLIS = 60_000;
/** Where a container that only lends access to a folder has it mounted. */
const LENT_PATH = "/checkpoint";

/**
 * Unpacks the content of a checkpoint folder, a tar stream, into a container that was created and not yet started. The source's
 * failure, and the engine's, end it with an error; half a copy stays behind then.
 */
export async function carryIn(
  container: Container,
  path: string,
  source: NodeJS.ReadableStream,
  signal: AbortSignal,
): Promise<Carried> {
  const broken = new AbortController();
  const breakOff = () => broken.abort(signal.reason);
  if (signal.aborted) breakOff();
  signal.addEventListener("abort", breakOff, { once: true });
  const silent = new Error(`nothing moved for ${SILENCE_MILLIS / 1000} s`);
  const watchdog = setTimeout(() => broken.abort(silent), SILENCE_MILLIS);
  const archive = rewrite(source, broken.signal, (name) => name);
  archive.stream.on("data", () => watchdog.refresh()).pause();
  try {
    // A broken source leaves the request open for ever: whichever fails first has to end the other.
    const [carried] = await Promise.all([
      archive.finished,
      container.putArchive(archive.stream, { path, abortSignal: broken.signal }),
    ]);
    return carried;
  } catch (error) {
    const reason: unknown = broken.signal.aborted ? broken.signal.reason : error;
    broken.abort(reason);
    throw reason;
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", breakOff);
  }
}

/**
 * The content of a volume as a tar stream with paths relative to the folder. Rejects when there is no such volume.
 * @param labels of the container that is made for it where there is none
 */
export async function readOut(
  engine: Engine,
  volume: string,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<NodeJS.ReadableStream> {
  await engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
    engine.docker.getVolume(volume).inspect({ abortSignal }),
  );
  const access = (await mountedIn(engine, volume, signal)) ?? (await lend(engine, volume, labels, signal));
  try {
    signal.throwIfAborted();
    const source = await access.container.getArchive({ path: `${access.path}/`, abortSignal: signal });
    const folder = posix.basename(access.path);
    const archive = rewrite(source, signal, (name) => withinFolder(folder, name));
    void archive.finished.catch(() => undefined).finally(access.release);
    return archive.stream;
  } catch (error) {
    access.release();
    throw error;
  }
}

interface Access {
  readonly container: Container;
  readonly path: string;
  readonly release: () => void;
}

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
  volume: string,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Access> {
  const [image] = await engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
    engine.docker.listImages({ abortSignal }),
  );
  if (!image) throw new Error("a checkpoint folder can be read only where the engine has an image, and it has none");
  // Not ended by `signal`: nobody could say then whether there is a container to remove.
  const container = await engine.request(new AbortController().signal, 30_000, (abortSignal) =>
    engine.docker.createContainer({
      name: `${volume}-reader-${randomBytes(6).toString("hex")}`,
      Image: image.Id,
      Entrypoint: ["never-run"],
      Labels: labels,
      HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: LENT_PATH, ReadOnly: true }] },
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

/** The engine puts the folder's own name before all paths. */
function withinFolder(folder: string, name: string): string {
  if (name === folder || name === `${folder}/`) return "./";
  return name.startsWith(`${folder}/`) ? `./${name.slice(folder.length + 1)}` : name;
}

/** Passes a tar stream on under other paths, and counts what it holds. Breaks with an error where its source does. */
function rewrite(source: NodeJS.ReadableStream, signal: AbortSignal, rename: (path: string) => string) {
  const carried = { bytes: 0, files: 0 };
  const extract = tar.extract();
  const pack = tar.pack();
  const stream = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
  extract.on("entry", (header, content, next) => {
    if (header.type === "file" || header.type === "contiguous-file") {
      carried.files += 1;
      carried.bytes += header.size;
    }
    const entry = pack.entry(renamed(header, rename), (error) => next(error));
    for (const part of [content, entry]) part.on("error", ignore);
    content.pipe(entry);
  });
  stream.on("error", ignore);
  const read = pipeline(source, extract as unknown as NodeJS.WritableStream, { signal }).then(
    () => pack.finalize(),
    (error: Error) => {
      pack.destroy(error);
      throw error;
    },
  );
  const written = pipeline(pack as unknown as NodeJS.ReadableStream, stream, { signal }).catch((error: Error) => {
    extract.destroy(error);
    throw error;
  });
  const finished = Promise.all([read, written]).then(() => carried as Carried);
  return { stream, finished };
}

/** One failure ends all parts of a chain, and it is reported once, by the promise of the whole. */
const ignore = (): void => undefined;

/** A hard link names another entry, so its target moves too. Extended headers repeat the old paths and would win. */
function renamed(header: tar.Header, rename: (path: string) => string): tar.Header {
  const { path: _path, linkpath: _linkpath, ...pax } = (header.pax ?? {}) as Record<string, string>;
  const { linkname } = header;
  return {
    ...header,
    name: rename(header.name),
    linkname: header.type === "link" ? rename(linkname) : linkname,
    pax: Object.keys(pax).length > 0 ? pax : null,
  };
}
