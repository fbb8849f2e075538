import { setTimeout as sleep } from "node:timers/promises";
import type { Container, ContainerCreateOptions, ContainerInspectInfo } from "dockerode";
import tar from "tar-stream";
import { type Carried, carry, Surplus } from "../../../carry/carry.ts";
import type { ContainersConfig } from "../../../config/index.ts";
import type { RunOrder } from "../../../core/command.ts";
import type { JobId, StartPhase } from "../../../core/job.ts";
import { CODE_PATH } from "../../../core/job-spec.ts";
import type { Gpu } from "../../../core/server.ts";
import type { DriverContext } from "../../driver.ts";
import { allocationFile, type Devices, runEnvironment } from "../../environment.ts";
import { programsOf } from "../../programs.ts";
import { makeVolumes, openFolder } from "../engine/dialect.ts";
import type { Engine } from "../engine/engine.ts";
import { accept, reasonOf, statusOf } from "../engine/engine.ts";
import { hasImage, pullFailure, pullImage } from "../image/image.ts";
import type { ImageUses } from "../image/image-use.ts";
import type { Registries } from "../image/registries.ts";
import type { GpuWay } from "../machine/gpu-request.ts";
import { folderOf } from "../run/checkpoint.ts";
import { infrastructure, RunFailure } from "../run/outcome.ts";
import type { CodeVolumes } from "./code.ts";
import { containerOptions } from "./container.ts";
import { containerName, ORDER_LABEL, volumeName } from "./labels.ts";
import { refuseMounts, withMountExplained } from "./mounts.ts";

type ContainerDevices = Devices & { readonly visible: readonly Gpu[] };

/** One server, as seen by the runs on it. */
export interface Site {
  readonly server: string;
  readonly engine: Engine;
  readonly context: DriverContext;
  readonly rules: ContainersConfig;
  /** Whether the engine may raise limits: it is told by the first container that it refuses for them. */
  readonly limits: { raised: boolean };
  readonly registries: Registries;
  readonly code: CodeVolumes;
  readonly images: ImageUses;
  /** How long a carry goes on trying while no file of the checkpoint comes through; a minute unless given. */
  readonly carryPatienceMillis?: number | undefined;
  /** The devices of the run on this server. */
  devicesOf(order: RunOrder): ContainerDevices;
  /** How the engine is asked for them. */
  gpuWay(): GpuWay;
  isPodman(): boolean;
  /** On containers that this driver lends and never runs. */
  readonly reader: string;
  /** The engine turned out to be unable to move runs as they run. */
  lacksLive(reason: string): void;
  /** An engine's time as one of ours. */
  instantOf(time: string): number;
}

export type TellPhase = (phase: StartPhase, fraction: number | null, detail: string | null) => void;

const CREATE_MILLIS = 60_000;
/** Nothing has started yet, so after this long without an answer the run may safely begin elsewhere. */
export const PATIENCE_MILLIS = 60_000;
const IN_USE_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 30_000;
const ROOT = "schedulearn";
/** The time of a folder into which nothing was written yet. */
const UNTOUCHED = new Date(0);
const STOP_REQUESTED = `${ROOT}/stop_requested`;

export const neverStarted = ({ State: { Status } }: ContainerInspectInfo): boolean => Status === "created";
export const containerOf = ({ engine, context }: Site, job: JobId, attempt: number): Container =>
  engine.docker.getContainer(containerName(context.cluster, job, attempt));

/**
 * Pulls the image where it is missing, and creates the container unless there is one: its name lets one attempt exist once. One
 * that an earlier order made and that never started gives way to this order; one that has started is the run.
 * @param life a request to create outlives `setup`: nobody could say what became of it, and its container would stay
 */
export async function createContainer(
  site: Site,
  order: RunOrder,
  setup: AbortSignal,
  life: AbortSignal,
  tell: TellPhase,
): Promise<void> {
  const { engine, context } = site;
  const { spec } = order;
  const image = spec.image ?? "";
  refuseMounts(site.rules, order);
  const secrets = await context.secrets(order.job);
  const devices = site.devicesOf(order);
  const environment = {
    ...runEnvironment(order, devices, spec.checkpoint.path, secrets, site.server, order.on.length === 1),
    ...(spec.code && { SCHEDULEARN_CODE_DIR: CODE_PATH }),
  };
  const { rules, limits } = site;
  const options = containerOptions(
    context.cluster,
    order,
    devices.visible,
    environment,
    rules,
    limits.raised,
    site.gpuWay(),
    site.server,
  );
  const asking = { signal: life, deadlineMillis: CREATE_MILLIS, patienceMillis: PATIENCE_MILLIS };
  const create = async () => {
    do {
      setup.throwIfAborted();
      if (site.isPodman()) await makeVolumes(engine, options, asking);
      const made = await engine
        .ask(asking, (abortSignal) => engine.docker.createContainer({ ...options, abortSignal }))
        .catch(accept(409));
      if (made) return;
    } while (await giveWay(site, order, options, setup));
  };
  const pull = async () => {
    const authconfig = await site.registries.authFor(image);
    await pullImage({ engine, image, authconfig, patienceMillis: PATIENCE_MILLIS }, setup, ({ fraction, detail }) =>
      tell("pulling", fraction, detail),
    );
    pulled = true;
    tell("creating", null, null);
  };
  let pulled = false;
  if (spec.imagePull === "always" && !(await exists(site, order, setup))) await pull();
  try {
    await create();
  } catch (error) {
    if (statusOf(error) !== 404) throw withMountExplained(error, site.server);
    if (spec.imagePull !== "always" && !(await hasImage(engine, image, setup, PATIENCE_MILLIS))) await pull();
    await create().catch((again: unknown) => {
      throw statusOf(again) === 404 ? pullFailure(image, again) : withMountExplained(again, site.server);
    });
  }
  site.images.note(image, context.clock.now(), pulled);
  if (spec.code) await site.code.provide(spec.code.hash, image, setup);
}

const exists = (site: Site, { job, attempt }: RunOrder, signal: AbortSignal): Promise<boolean> =>
  site.engine
    .ask({ signal, patienceMillis: PATIENCE_MILLIS }, (abortSignal) =>
      containerOf(site, job, attempt).inspect({ abortSignal }),
    )
    .then(
      () => true,
      (error) => accept<boolean>(404)(error) ?? false,
    );

/** Whether the name is free, or made free of a container that never started and was made to another order. */
async function giveWay(
  site: Site,
  { job, attempt }: RunOrder,
  { Labels: wanted }: ContainerCreateOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const info = await site.engine
    .ask({ signal, patienceMillis: PATIENCE_MILLIS }, (abortSignal) =>
      containerOf(site, job, attempt).inspect({ abortSignal }),
    )
    .catch(accept<ContainerInspectInfo>(404));
  if (!info) return true;
  if (!neverStarted(info) || info.Config.Labels[ORDER_LABEL] === wanted?.[ORDER_LABEL]) return false;
  await removeContainer(site, job, attempt, signal, PATIENCE_MILLIS);
  // What was begun to be carried into its folder may be of another checkpoint.
  await removeVolume(site, job, attempt, signal, PATIENCE_MILLIS);
  return true;
}

/** Puts into the created container what the run finds there: the grant, and its checkpoint folder. */
export async function fillContainer(site: Site, order: RunOrder, signal: AbortSignal, tell: TellPhase): Promise<void> {
  const { engine } = site;
  const container = containerOf(site, order.job, order.attempt);
  const { path } = order.spec.checkpoint;
  const files = await filesOf(site, order);
  await engine.ask({ signal, patienceMillis: PATIENCE_MILLIS }, (abortSignal) =>
    container.putArchive(files, { path: "/", abortSignal }),
  );
  if (site.isPodman() && isNew(order))
    await openFolder(engine, container, path, { signal, patienceMillis: PATIENCE_MILLIS });
  const { from } = order.checkpoint;
  if (!from) return;
  tell("carrying", null, `from ${from.server}`);
  const { context } = site;
  const begunAt = context.clock.now();
  let carried: Carried;
  try {
    carried = await carry((late) => context.openCheckpoint(order.job, from, late), folderOf(container, path), signal, {
      patienceMillis: site.carryPatienceMillis,
      onCut: (error) => tell("carrying", null, `from ${from.server}; cut: ${reasonOf(error)}`),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Surplus) throw error;
    const message = `the checkpoint could not be carried from server ${from.server}: ${reasonOf(error)}`;
    const code = (error as { code?: unknown }).code === "ENOSPC" ? "disk-full" : "checkpoint-carry";
    throw new RunFailure(infrastructure(code, message), { cause: error });
  }
  const at = context.clock.now();
  context.emit({
    type: "CheckpointCarried",
    at,
    job: order.job,
    attempt: order.attempt,
    ...carried,
    millis: at - begunAt,
  });
}

/** Whether its checkpoint folder begins with it. */
const isNew = ({ checkpoint, attempt }: RunOrder): boolean => checkpoint.generation === attempt;

function filesOf(site: Site, order: RunOrder): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name: `${ROOT}/`, type: "directory", mode: 0o755 });
  packGrant(pack, site, order);
  for (const { name, text } of programsOf(order)) pack.entry({ name: `${ROOT}/${name}`, mode: 0o755 }, text);
  const { spec } = order;
  // A new folder is open to all: the image may run its program as any user. A carried one comes with its own rights.
  if (isNew(order)) {
    pack.entry({
      name: `${spec.checkpoint.path.replace(/^\/+|\/+$/g, "")}/`,
      type: "directory",
      mode: 0o777,
      mtime: UNTOUCHED,
    });
  }
  return bytesOf(pack);
}

/** The grant of a run, to be unpacked at the root of its container. */
export function grantArchive(site: Site, order: RunOrder): Promise<Buffer> {
  const pack = tar.pack();
  packGrant(pack, site, order);
  return bytesOf(pack);
}

function packGrant(pack: tar.Pack, site: Site, order: RunOrder): void {
  pack.entry({ name: `${ROOT}/allocation.json`, mode: 0o644 }, allocationFile(order, site.devicesOf(order)));
}

/** Programs that poll see this file; and a later life of the server sees by it that a run was told to stop. */
export async function markStopRequested(site: Site, job: JobId, attempt: number, signal: AbortSignal): Promise<void> {
  const pack = tar.pack();
  pack.entry({ name: STOP_REQUESTED, mode: 0o644 }, "");
  const archive = await bytesOf(pack);
  await site.engine.ask({ signal }, (abortSignal) =>
    containerOf(site, job, attempt).putArchive(archive, { path: "/", abortSignal }),
  );
}

export async function wasStopRequested(site: Site, job: JobId, attempt: number, signal: AbortSignal): Promise<boolean> {
  const container = containerOf(site, job, attempt);
  return await site.engine
    .ask({ signal }, async (abortSignal) => {
      const answer = await container.infoArchive({ path: `/${STOP_REQUESTED}`, abortSignal });
      answer.resume();
      return true;
    })
    .then(Boolean, accept(404))
    .then((found) => found === true);
}

/** Removes the container of a run, also a running one, with the volumes that only it knew. */
export async function removeContainer(
  site: Site,
  job: JobId,
  attempt: number,
  signal: AbortSignal,
  patienceMillis?: number,
): Promise<void> {
  await site.engine
    .ask({ signal, deadlineMillis: CREATE_MILLIS, patienceMillis }, (abortSignal) =>
      containerOf(site, job, attempt).remove({ force: true, v: true, abortSignal }),
    )
    .catch(accept(404, 409));
}

/** Removes a checkpoint folder, waiting while a container uses it. */
export async function removeVolume(
  site: Site,
  job: JobId,
  generation: number,
  signal: AbortSignal,
  patienceMillis = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { engine, context } = site;
  const volume = engine.docker.getVolume(volumeName(context.cluster, job, generation));
  const giveUpAt = performance.now() + patienceMillis;
  for (let pause = IN_USE_PAUSE_MILLIS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
    try {
      await engine.ask({ signal, patienceMillis }, (abortSignal) => volume.remove({ abortSignal }));
      return;
    } catch (error) {
      if (statusOf(error) === 404) return;
      if (statusOf(error) !== 409 || performance.now() > giveUpAt) throw error;
    }
    await sleep(pause, undefined, { signal });
  }
}

async function bytesOf(pack: tar.Pack): Promise<Buffer> {
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
