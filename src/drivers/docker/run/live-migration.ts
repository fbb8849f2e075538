import { randomBytes } from "node:crypto";
import type { Container, ContainerInspectInfo } from "dockerode";
import { carry } from "../../../carry/carry.ts";
import type { RunOrder } from "../../../core/command.ts";
import { type CheckpointFolder, imagesOf, type JobId } from "../../../core/job.ts";
import { CLUSTER_LABEL, GENERATION_LABEL, JOB_LABEL, READER_LABEL, volumeName } from "../container/labels.ts";
import { containerOf, removeVolume, type Site } from "../container/setup.ts";
import { accept, reasonOf, statusOf } from "../engine/engine.ts";
import { folderOf, LENT_PATH } from "./checkpoint.ts";

/** What a checkpoint is called in the folder of the engine that has it. */
const IMAGES = "memory";
/** For the memory of one container to be written, or read: some 100 MB a second. */
const IMAGES_MILLIS = 600_000;
const REQUEST_MILLIS = 30_000;

/**
 * Writes the memory of a running container into a volume of its own, with the engine's experimental checkpoints and CRIU: from a volume
 * it can be read by whoever speaks with the engine. That ends the container. Throws the engine's word, and then it goes on.
 */
export async function dump(site: Site, job: JobId, attempt: number, signal: AbortSignal): Promise<void> {
  const { engine, context } = site;
  const { generation } = imagesOf(attempt, site.server);
  const Name = volumeName(context.cluster, job, generation);
  const Labels = {
    [CLUSTER_LABEL]: context.cluster,
    [JOB_LABEL]: job,
    [GENERATION_LABEL]: String(generation),
  };
  try {
    await engine.ask({ signal }, (abortSignal) => engine.docker.createVolume({ Name, Labels, abortSignal }));
    const volume = await engine.ask({ signal }, (abortSignal) =>
      engine.docker.getVolume(Name).inspect({ abortSignal }),
    );
    await engine.request(signal, IMAGES_MILLIS, (abortSignal) =>
      dial(containerOf(site, job, attempt), "checkpoints", abortSignal, {
        CheckpointID: IMAGES,
        CheckpointDir: volume.Mountpoint,
        Exit: true,
      }),
    );
  } catch (error) {
    // Without an answer it may have been done, and then the memory is wanted.
    if (statusOf(error) !== null)
      await removeVolume(site, job, generation, signal, REQUEST_MILLIS).catch(() => undefined);
    throw error;
  }
}

/** Whether the memory of the run was written, which ended it. */
export async function wasDumped(site: Site, job: JobId, attempt: number, signal: AbortSignal): Promise<boolean> {
  const name = volumeName(site.context.cluster, job, imagesOf(attempt, site.server).generation);
  const volume = site.engine.docker.getVolume(name);
  return await site.engine
    .ask({ signal }, (abortSignal) => volume.inspect({ abortSignal }))
    .then(
      () => true,
      (error) => accept<boolean>(404)(error) ?? false,
    );
}

/**
 * Starts a created container with the memory that another one had. An engine starts only from its own folder of the container, so a
 * container that is never run and has that folder mounted takes the images in. Throws why that cannot be, and nothing has started.
 */
export async function restore(
  site: Site,
  order: RunOrder,
  images: CheckpointFolder,
  info: ContainerInspectInfo,
  signal: AbortSignal,
): Promise<void> {
  const { engine, context } = site;
  const { DockerRootDir } = await engine.info(signal);
  const helper = await engine.request(signal, REQUEST_MILLIS, (abortSignal) =>
    engine.docker.createContainer({
      name: `${info.Name.slice(1)}-memory-${randomBytes(6).toString("hex")}`,
      Image: info.Image,
      Entrypoint: ["never-run"],
      Labels: { [CLUSTER_LABEL]: context.cluster, [READER_LABEL]: site.reader },
      HostConfig: { Binds: [`${DockerRootDir}/containers/${info.Id}/checkpoints:${LENT_PATH}`] },
      abortSignal,
    }),
  );
  try {
    await carry((late) => context.openCheckpoint(order.job, images, late), folderOf(helper, LENT_PATH), signal, {
      patienceMillis: site.carryPatienceMillis,
    });
  } finally {
    await engine
      .ask({ signal: new AbortController().signal, patienceMillis: REQUEST_MILLIS }, (abortSignal) =>
        helper.remove({ force: true, abortSignal }),
      )
      .catch(() => undefined);
  }
  await engine.request(signal, IMAGES_MILLIS, (abortSignal) =>
    dial(containerOf(site, order.job, order.attempt), `start?checkpoint=${IMAGES}&`, abortSignal),
  );
}

/** Both calls are experimental, and the client does not know them. */
function dial(container: Container, call: string, abortSignal: AbortSignal, options?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    container.modem.dial(
      {
        path: `/containers/${container.id}/${call}`,
        method: "POST",
        ...(options && { options }),
        abortSignal,
        statusCodes: { 200: true, 201: true, 204: true, 304: true, 404: "no such container", 500: "server error" },
      },
      (error: unknown, answer: unknown) => (error ? reject(error) : resolve(answer)),
    );
  });
}

/** Whether it is for want of CRIU, so that it will be so the next time too. */
export const lacksCriu = (error: unknown): boolean => /criu.*(not found|no such file|version)/is.test(reasonOf(error));

export const NO_CRIU = "the machine of its Docker engine has no criu that works: install it there";
