import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Docker from "dockerode";
import tar from "tar-stream";
import { loadConfig } from "./config/index.ts";
import { requestCancel } from "./core/request.ts";
import { DEFAULT_ENDPOINT, probeDocker } from "./drivers/docker/docker-driver.ts";
import { tellFailure } from "./failure.ts";
import { openLog } from "./log.ts";
import { type Schedulearn, startSchedulearn } from "./schedulearn.ts";
import { asSentence } from "./servers.ts";

/** The training script of the demo needs no more than a shell. */
const SMALL_IMAGES = ["busybox:latest", "alpine:latest", "debian:latest", "ubuntu:latest"];
const OWN_IMAGE = "schedulearn-demo:latest";
const PULL_MILLIS = 30_000;
const PROBE_MILLIS = 3_000;
/** An interrupted demo waits so long for its jobs to stop. */
const LAST_STOPS_MILLIS = 15_000;
/** Beside the sources in a clone, and beside dist once compiled. */
const EXAMPLES =
  ["../examples/", "../../examples/"].map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync) ??
  "examples";

export const DEMO_HELP = `Usage: schedulearn demo [--image IMAGE] [--json]

Starts a server of its own, runs the jobs of examples/ on it, migrates one on the way, prints what came of them, and removes it all.
It uses the servers of schedulearn.yaml where there are any (--image: one with a shell that they have or can pull), else the
Docker engine of this machine, else its processes.
`;

/** Follows the jobs of a server to their end, as the command line does; resolves with the exit code. */
export type FollowDemo = (options: {
  readonly url: string;
  readonly examples: string;
  readonly image: string | null;
  readonly json: boolean;
  readonly signal: AbortSignal;
}) => Promise<number>;

/** The command `demo`: \`follow\` is the client's part, handed in since the server knows no clients. Returns the exit code. */
export async function runDemo(args: string[], follow: FollowDemo): Promise<number> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  try {
    const { values } = parseArgs({
      args,
      options: { image: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } },
    });
    if (values.help) {
      process.stdout.write(DEMO_HELP);
      return 0;
    }
    const { url, image, notices, close } = await startDemo(values.image === undefined ? {} : { image: values.image });
    try {
      const stream = values.json ? process.stderr : process.stdout;
      stream.write(
        `${[`Schedulearn is up for a demo: ${url.slice(0, -"graphql".length)}`, ...notices].join("\n")}\n\n`,
      );
      return await follow({ url, image, examples: EXAMPLES, json: values.json === true, signal: ending.signal });
    } finally {
      await close();
    }
  } catch (error) {
    return tellFailure(error, args.includes("--json"));
  } finally {
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  }
}

interface Demo {
  readonly url: string;
  /** Null: the jobs run as processes of this machine. */
  readonly image: string | null;
  readonly notices: readonly string[];
  /** Removes what the demo made: jobs, containers, folders. */
  close(): Promise<void>;
}

/**
 * A server of its own in a folder that goes afterwards, on a free port, so that a demo never meets real work. It uses the servers
 * of `schedulearn.yaml` where it names any; else this machine's Docker engine beside its processes; else its processes alone.
 */
async function startDemo(options: { image?: string } = {}): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), "schedulearn-demo-"));
  const { SCHEDULEARN_DATA: _, ...env } = process.env;
  const configured = loadConfig({ cwd: process.cwd(), env, flags: { data: folder, port: "0" } });
  const local = configured.servers ? null : await localServers(options.image);
  const config = local
    ? loadConfig({ cwd: folder, env: {}, flags: { data: folder, port: "0", servers: local.servers } })
    : configured;
  let schedulearn: Schedulearn;
  try {
    schedulearn = await startSchedulearn(config, openLog("error"));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const { engine } = schedulearn;
  return {
    url: schedulearn.url,
    image: local ? local.image : (options.image ?? SMALL_IMAGES[0] ?? null),
    notices: [...(local ? [local.notice] : []), ...schedulearn.notices],
    async close() {
      const jobs = await engine.queries.jobs({ filter: {}, order: "newest-first", first: 100, after: null });
      for (const job of jobs.items)
        await engine.request((scheduler, now) => {
          scheduler.recall(job);
          return { events: requestCancel(scheduler, job.id, { by: "demo", delete: true, graceSeconds: 0 }, now) };
        });
      const ended = new AbortController();
      const enough = AbortSignal.any([ended.signal, AbortSignal.timeout(LAST_STOPS_MILLIS)]);
      for await (const _ of engine.feed.follow(0, {}, enough)) if (engine.scheduler.jobs.size === 0) ended.abort();
      await schedulearn.close();
      if (local?.image === OWN_IMAGE)
        await dockerAt(localEndpoint())
          .getImage(OWN_IMAGE)
          .remove()
          .catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const localEndpoint = (): string => process.env.DOCKER_HOST || DEFAULT_ENDPOINT;

async function localServers(wanted?: string): Promise<{ servers: string; image: string | null; notice: string }> {
  const endpoint = localEndpoint();
  const processes = { servers: "alpha=local,beta=local", image: null };
  try {
    await probeDocker(endpoint, undefined, AbortSignal.timeout(PROBE_MILLIS));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      ...processes,
      notice: `${asSentence(why)} The jobs run as processes of this machine, on two servers that share it.`,
    };
  }
  const image = wanted ?? (await anyImage(endpoint));
  if (!image)
    return {
      ...processes,
      notice: "The Docker engine has no small image and can pull none: the jobs run as processes of this machine.",
    };
  return {
    servers: `docker=${endpoint},processes=local`,
    image,
    notice: `Two servers: the Docker engine of this machine (image ${image}), and its processes beside it.`,
  };
}

/** An image with a shell: one that is there, one that can be pulled, or one made of this machine's own busybox. */
async function anyImage(endpoint: string): Promise<string | null> {
  const docker = dockerAt(endpoint);
  for (const name of [...SMALL_IMAGES, OWN_IMAGE]) {
    const there = await docker
      .getImage(name)
      .inspect()
      .then(
        () => true,
        () => false,
      );
    if (there) return name;
  }
  return (await pulled(docker, SMALL_IMAGES[0] as string)) ?? (await ownImage(docker));
}

const dockerAt = (endpoint: string): Docker =>
  endpoint.startsWith("unix://") ? new Docker({ socketPath: endpoint.slice("unix://".length) }) : new Docker();

async function pulled(docker: Docker, image: string): Promise<string | null> {
  try {
    const abortSignal = AbortSignal.timeout(PULL_MILLIS);
    const stream = await docker.pull(image, { abortSignal });
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
    );
    return image;
  } catch {
    return null;
  }
}

async function ownImage(docker: Docker): Promise<string | null> {
  try {
    const pack = tar.pack();
    pack.entry({ name: "bin/busybox", mode: 0o755 }, readFileSync("/bin/busybox"));
    for (const applet of ["sh", "sleep", "echo", "mv", "mkdir", "cat", "sha256sum", "printf", "cp", "ls"])
      pack.entry({ name: `bin/${applet}`, type: "symlink", linkname: "busybox" });
    pack.entry({ name: "tmp/", type: "directory", mode: 0o1777 });
    pack.finalize();
    const [repo, tag] = OWN_IMAGE.split(":");
    const answer: NodeJS.ReadableStream = await docker.importImage(Readable.from(pack), { repo, tag });
    answer.resume();
    await finished(answer);
    const probe = await docker.createContainer({ Image: OWN_IMAGE, Cmd: ["sh", "-c", "true"], Env: ["PATH=/bin"] });
    await probe.start();
    const { StatusCode } = (await probe.wait()) as { StatusCode: number };
    await probe.remove({ force: true });
    return StatusCode === 0 ? OWN_IMAGE : null; // a busybox that is not static cannot run there
  } catch {
    return null;
  }
}
