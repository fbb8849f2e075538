import { randomBytes } from "node:crypto";
import type { MountSettings } from "dockerode";
import { CODE_PATH } from "../../../core/job-spec.ts";
import type { OpenCode } from "../../code.ts";
import type { Engine } from "../engine/engine.ts";
import { accept, reasonOf, statusOf } from "../engine/engine.ts";
import { infrastructure, RunFailure } from "../run/outcome.ts";
import { CLUSTER_LABEL, CODE_LABEL, READER_LABEL, WHOLE_LABEL } from "./labels.ts";

const PATIENCE_MILLIS = 60_000;
/** For all of it to be unpacked. */
const FILL_MILLIS = 600_000;

const nameOf = (cluster: string, hash: string): string => `${cluster}-code-${hash.slice(0, 32)}`;
/** A volume cannot be marked once it is there: it is whole when another one says so, which is made last and removed first. */
const markOf = (cluster: string, hash: string): string => `${nameOf(cluster, hash)}-whole`;

export const codeVolume = (
  cluster: string,
  hash: string,
  { target, readOnly }: { readonly target: string; readonly readOnly: boolean },
): MountSettings => ({
  Type: "volume",
  Source: nameOf(cluster, hash),
  Target: target,
  ReadOnly: readOnly,
  VolumeOptions: {
    NoCopy: true,
    Labels: { [CLUSTER_LABEL]: cluster, [CODE_LABEL]: hash },
    DriverConfig: { Name: "local", Options: {} },
  },
});

/** The folders that were shipped with jobs, on one engine: one volume each, filled once and shared by all runs of all its jobs. */
export class CodeVolumes {
  readonly #engine: Engine;
  readonly #cluster: string;
  readonly #life: string;
  readonly #open: OpenCode | undefined;
  readonly #closing: AbortSignal;
  readonly #filling = new Map<string, Promise<void>>();

  /** @param life tells the containers made for filling from those that an earlier driver left */
  constructor(engine: Engine, cluster: string, life: string, open: OpenCode | undefined, closing: AbortSignal) {
    this.#engine = engine;
    this.#cluster = cluster;
    this.#life = life;
    this.#open = open;
    this.#closing = closing;
  }

  /** Sees to it that the volume is whole, filling it if need be. Throws a RunFailure where it cannot be had. */
  async provide(hash: string, image: string, signal: AbortSignal): Promise<void> {
    if (await this.#isWhole(hash, signal)) return;
    // One fills it, for all: so it goes on when the run that asked first is stopped.
    let filling = this.#filling.get(hash);
    if (!filling) {
      filling = this.#fill(hash, image).finally(() => this.#filling.delete(hash));
      filling.catch(() => undefined); // told to those who wait
      this.#filling.set(hash, filling);
    }
    await unlessAborted(filling, signal);
  }

  /** Removes the volume, unless a container uses it: then its remover comes again. */
  async remove(hash: string, signal: AbortSignal): Promise<void> {
    for (const name of [markOf(this.#cluster, hash), nameOf(this.#cluster, hash)])
      await this.#engine
        .ask({ signal, patienceMillis: PATIENCE_MILLIS }, (abortSignal) =>
          this.#engine.docker.getVolume(name).remove({ abortSignal }),
        )
        .catch(accept(404));
  }

  #isWhole(hash: string, signal: AbortSignal): Promise<boolean> {
    const mark = this.#engine.docker.getVolume(markOf(this.#cluster, hash));
    return this.#engine
      .ask({ signal, patienceMillis: PATIENCE_MILLIS }, (abortSignal) => mark.inspect({ abortSignal }))
      .then(
        () => true,
        (error) => accept<boolean>(404)(error) ?? false,
      );
  }

  async #fill(hash: string, image: string): Promise<void> {
    const { docker } = this.#engine;
    const signal = this.#closing;
    const owner = { [CLUSTER_LABEL]: this.#cluster };
    // It mounts the volume for us to write, and never runs.
    const container = await this.#engine.request(signal, PATIENCE_MILLIS, (abortSignal) =>
      docker.createContainer({
        name: `${nameOf(this.#cluster, hash)}-filler-${randomBytes(6).toString("hex")}`,
        Image: image,
        Entrypoint: ["never-run"],
        Labels: { ...owner, [READER_LABEL]: this.#life },
        HostConfig: { Mounts: [codeVolume(this.#cluster, hash, { target: CODE_PATH, readOnly: false })] },
        abortSignal,
      }),
    );
    try {
      await this.#engine.request(signal, FILL_MILLIS, (abortSignal) => this.#unpack(hash, container, abortSignal));
      const Labels = { ...owner, [CODE_LABEL]: hash, [WHOLE_LABEL]: hash };
      await this.#engine.ask({ signal, patienceMillis: PATIENCE_MILLIS }, (abortSignal) =>
        docker.createVolume({ Name: markOf(this.#cluster, hash), Labels, abortSignal }),
      );
    } catch (error) {
      if (error instanceof RunFailure || statusOf(error) !== null) throw error;
      throw new RunFailure(infrastructure("daemon-error", `the job's code could not be unpacked: ${reasonOf(error)}`), {
        cause: error,
      });
    } finally {
      await this.#engine
        .ask({ signal, patienceMillis: PATIENCE_MILLIS }, (abortSignal) =>
          container.remove({ force: true, abortSignal }),
        )
        .catch(() => undefined); // the next life removes it
    }
  }

  /** A stream that breaks would leave the request open for ever. */
  #unpack(
    hash: string,
    container: { putArchive(archive: NodeJS.ReadableStream, options: object): Promise<unknown> },
    abortSignal: AbortSignal,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const archive = this.#source(hash);
      archive.once("error", reject);
      container.putArchive(archive, { path: CODE_PATH, abortSignal }).then(resolve, reject);
    });
  }

  #source(hash: string): NodeJS.ReadableStream {
    try {
      if (this.#open) return this.#open(hash);
      throw new Error("this server keeps no code");
    } catch (error) {
      const message = `the job's code ${hash.slice(0, 12)} is not there: ${reasonOf(error)}; submit the job again`;
      throw new RunFailure(infrastructure("daemon-error", message, true), { cause: error });
    }
  }
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
