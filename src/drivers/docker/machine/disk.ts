import { randomBytes } from "node:crypto";
import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { CLUSTER_LABEL, READER_LABEL } from "../container/labels.ts";
import type { Engine } from "../engine/engine.ts";

export interface Disk {
  readonly totalMiB: number;
  readonly freeMiB: number;
}

/** What of an engine's account tells where its disk is. */
interface Place {
  readonly Name: string;
  readonly DockerRootDir: string;
}

const MIB = 1024 * 1024;
const KIB = 1024;
const PROBE_MILLIS = 20_000;
/** Images that are tried for a `df` before the disk counts as unknown. */
const MOST_TRIED = 3;

/**
 * The disk on which an engine keeps images, containers and volumes. No request tells of it. Where the engine is this machine's, the
 * file system is asked; elsewhere a container that does nothing but `df`, of any image that has one: the smallest are tried.
 */
export class EngineDisk {
  readonly #engine: Engine;
  readonly #isLocal: boolean;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #name: string;
  /** Images, by id, without `df`. */
  readonly #unfit = new Set<string>();

  /** @param reader tells a probe of this life from one that an earlier left */
  constructor(engine: Engine, endpoint: string, cluster: string, reader: string) {
    this.#engine = engine;
    this.#isLocal = endpoint.startsWith("unix:");
    this.#labels = { [CLUSTER_LABEL]: cluster, [READER_LABEL]: reader };
    this.#name = `${cluster}-disk`;
  }

  /** Null where it cannot be known. */
  async look(signal: AbortSignal): Promise<Disk | null> {
    return (this.#isLocal && (await this.#bySystem(signal))) || (await this.#byProbe(signal));
  }

  /** Whether a look costs a container. */
  get isDear(): boolean {
    return !this.#isLocal;
  }

  /** A socket of another machine may be passed on to this one, so the engine has to be of its name. */
  async #bySystem(signal: AbortSignal): Promise<Disk | null> {
    const { Name, DockerRootDir } = (await this.#engine.info(signal)) as unknown as Place;
    if (Name !== hostname()) return null;
    const found = await statfs(DockerRootDir).catch(() => null);
    if (!found) return null;
    const toMiB = (blocks: number): number => Math.floor((blocks * found.bsize) / MIB);
    return { totalMiB: toMiB(found.blocks), freeMiB: toMiB(found.bavail) };
  }

  async #byProbe(signal: AbortSignal): Promise<Disk | null> {
    const images = await this.#engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
      this.#engine.docker.listImages({ abortSignal }),
    );
    const fit = images.filter(({ Id, RepoTags }) => RepoTags?.length && !this.#unfit.has(Id));
    fit.sort((a, b) => a.Size - b.Size);
    for (const { Id } of fit.slice(0, Math.max(0, MOST_TRIED - this.#unfit.size))) {
      const said = await this.#df(Id, signal).catch(() => "");
      const [, total, free] = /^\S+\s+(\d+)\s+\d+\s+(\d+)\s/m.exec(said) ?? [];
      if (total !== undefined && free !== undefined)
        return { totalMiB: Math.floor(Number(total) / KIB), freeMiB: Math.floor(Number(free) / KIB) };
      this.#unfit.add(Id);
    }
    return null;
  }

  /** What `df` says of the root of a container, which lies on the engine's disk. */
  async #df(image: string, signal: AbortSignal): Promise<string> {
    const container = await this.#engine.request(signal, PROBE_MILLIS, (abortSignal) =>
      this.#engine.docker.createContainer({
        name: `${this.#name}-${randomBytes(6).toString("hex")}`,
        Image: image,
        Entrypoint: ["df", "-kP", "/"],
        Cmd: [],
        Labels: this.#labels,
        HostConfig: {
          NetworkMode: "none",
          ReadonlyRootfs: true,
          CapDrop: ["ALL"],
          SecurityOpt: ["no-new-privileges"],
          PidsLimit: 16,
          Memory: 64 * MIB,
          RestartPolicy: { Name: "no" },
        },
        abortSignal,
      }),
    );
    try {
      return await this.#engine.request(signal, PROBE_MILLIS, async (abortSignal) => {
        await container.start({ abortSignal });
        await container.wait({ abortSignal });
        const logs = await container.logs({ stdout: true, stderr: false, follow: false, abortSignal });
        const out = new PassThrough();
        container.modem.demuxStream(
          PassThrough.from([logs]) as unknown as NodeJS.ReadableStream,
          out,
          new PassThrough(),
        );
        setImmediate(() => out.end());
        return await text(out);
      });
    } finally {
      await this.#engine
        .request(new AbortController().signal, PROBE_MILLIS, (abortSignal) =>
          container.remove({ force: true, abortSignal }),
        )
        .catch(() => undefined); // the next life removes it
    }
  }
}
