import type { MountSettings } from "dockerode";
import type { ContainersConfig } from "../../../config/index.ts";
import type { RunOrder } from "../../../core/command.ts";
import { CODE_PATH } from "../../../core/job-spec.ts";
import { reasonOf } from "../engine/engine.ts";
import { infrastructure, RunFailure } from "../run/outcome.ts";
import { codeVolume } from "./code.ts";
import { CLUSTER_LABEL, GENERATION_LABEL, JOB_LABEL, volumeName } from "./labels.ts";

/** What a run finds in its container that is none of its image's: its checkpoint folder, its code, folders of the server. */
export const mountsOf = (cluster: string, order: RunOrder): MountSettings[] => [
  checkpointMount(cluster, order),
  ...codeMount(cluster, order),
  ...(order.spec.mounts ?? []).map(({ source, target, readOnly }): MountSettings => {
    // Not made where it is missing: the engine says so then, and no empty folder passes for the data.
    return {
      Type: "bind",
      Source: source,
      Target: target,
      ReadOnly: readOnly,
      BindOptions: { Propagation: "rprivate" },
    };
  }),
];

function checkpointMount(cluster: string, { job, spec, checkpoint }: RunOrder): MountSettings {
  return {
    Type: "volume",
    Source: volumeName(cluster, job, checkpoint.generation),
    Target: spec.checkpoint.path,
    ReadOnly: false,
    VolumeOptions: {
      // The folder holds what the job saves and nothing of the image, or a carried copy would not equal its source.
      NoCopy: true,
      Labels: { [CLUSTER_LABEL]: cluster, [JOB_LABEL]: job, [GENERATION_LABEL]: String(checkpoint.generation) },
      DriverConfig: { Name: "local", Options: {} },
    },
  };
}

function codeMount(cluster: string, { spec }: RunOrder): MountSettings[] {
  return spec.code ? [codeVolume(cluster, spec.code.hash, { target: CODE_PATH, readOnly: true })] : [];
}

/** The operator may have changed his mind since the job was submitted. */
export function refuseMounts({ mountRoots }: ContainersConfig, { spec }: RunOrder): void {
  const stray = spec.mounts?.find(
    ({ source }) => !mountRoots.some((root) => source === root || source.startsWith(`${root}/`)),
  );
  if (!stray) return;
  const message = `${stray.source} may not be mounted any more: containers.mountRoots is the operator's word`;
  throw new RunFailure(infrastructure("daemon-error", message, true));
}

const NO_SOURCE = /bind source path does not exist: (\S+)/i;

/** What the engine says of a folder that is not there, in the words of the job's spec. */
export function withMountExplained(error: unknown, server: string): unknown {
  const source = NO_SOURCE.exec(reasonOf(error))?.[1];
  if (!source) return error;
  const message = `mounts: there is no ${source} on server ${server}: make it there, or name what every server has`;
  return new RunFailure(infrastructure("daemon-error", message), { cause: error });
}
