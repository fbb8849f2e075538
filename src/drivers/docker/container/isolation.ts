import type { ContainerCreateOptions, HostConfig } from "dockerode";
import type { ContainersConfig } from "../../../config/index.ts";
import type { JobSpec } from "../../../core/job-spec.ts";

/**
 * What keeps a container from its machine and from the others: no new privileges, no capability beyond the few that the
 * operator leaves it, a user, and an end to processes and memory. Namespaces of the machine are never shared.
 * @param raised whether limits may be raised: an engine that lacks the right to refuses the whole container
 */
export function isolation(
  { capabilities, user, pidsLimit, ulimits, oomScoreAdj }: ContainersConfig,
  { runAs }: Pick<JobSpec, "runAs">,
  raised: boolean,
): { readonly user: Pick<ContainerCreateOptions, "User">; readonly host: HostConfig } {
  const name = runAs ?? userOf(user);
  const limits = Object.entries(ulimits).map(([Name, most]) => ({ Name, Soft: most, Hard: most }));
  return {
    user: name === null ? {} : { User: name },
    host: {
      SecurityOpt: ["no-new-privileges"],
      CapDrop: ["ALL"],
      CapAdd: [...capabilities],
      PidsLimit: pidsLimit,
      OomScoreAdj: oomScoreAdj,
      ...(raised && limits.length > 0 && { Ulimits: limits }),
    },
  };
}

/** What an engine says that may not raise a limit: it runs without the right to, as a rootless one does. */
export const refusesLimits = (reason: string): boolean => /setting rlimit|rlimits? .*not permitted/i.test(reason);

/** Null: whom the image names. */
function userOf(user: string): string | null {
  if (user === "image") return null;
  return user === "invoking" ? `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}` : user;
}
