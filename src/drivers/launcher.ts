import type { RunOrder } from "../core/command.ts";
import type { JobSpec } from "../core/job-spec.ts";
import type { ServerId } from "../core/server.ts";
import { hostsOf, masterPort, rankOf, shareOf, slotsOf } from "./environment.ts";

/** Where the programs of a run are that its launcher needs: in a container, or in the folder that SCHEDULEARN_DIR names. */
const PROGRAMS = `"\${SCHEDULEARN_DIR:-/schedulearn}/bin"`;

/** The command of the run's member on that server: the launcher's, where the job has one. */
export function launchCommand(order: RunOrder, server: ServerId): readonly string[] {
  const { spec } = order;
  switch (spec.launcher) {
    case "torchrun":
      return [...(spec.launcherCommand ?? ["torchrun"]), ...torchrunOptions(order, server), ...spec.command];
    case "horovod":
    case "mpi":
      if (rankOf(order, server) > 0) return member();
      return reaching(
        spec.launcherCommand ?? [spec.launcher === "mpi" ? "mpirun" : "horovodrun"],
        spec.launcher === "horovod" && isElastic(spec) ? elasticOptions(order) : hostOptions(order),
        spec.command,
      );
    default:
      return spec.command;
  }
}

/** Static rendezvous at the lead. The names of the options are those that every version knows. */
function torchrunOptions(order: RunOrder, server: ServerId): string[] {
  return [
    ["--nnodes", order.on.length],
    ["--nproc_per_node", slotsOf(shareOf(order, server))],
    ["--node_rank", rankOf(order, server)],
    ["--master_addr", hostsOf(order)[0]],
    ["--master_port", masterPort(order)],
  ]
    .flat()
    .map(String)
    .concat("--no_python"); // the command is a program, not a script of Python's
}

const slotsIn = ({ on }: RunOrder): number => on.reduce((sum, share) => sum + slotsOf(share), 0);

function hostOptions(order: RunOrder): string[] {
  const hosts = hostsOf(order).map((host, rank) => `${host}:${slotsOf(order.on[rank] as RunOrder["on"][number])}`);
  return ["-np", String(slotsIn(order)), "-H", hosts.join(",")];
}

const isElastic = ({ elasticity }: JobSpec): boolean => elasticity === "live";

/** It looks for its hosts itself, again and again. */
function elasticOptions(order: RunOrder): string[] {
  const { min, max } = order.spec.gpus.max > 0 ? order.spec.gpus : order.spec.servers;
  return ["-np", String(slotsIn(order)), "--min-np", String(min), "--max-np", String(max)];
}

/** The launcher finds our `ssh` first, by which it reaches the members of its run and nobody else. */
function reaching(program: readonly string[], options: readonly string[], command: readonly string[]): string[] {
  const isDiscovering = options.includes("--min-np");
  const discovery = isDiscovering
    ? ` --host-discovery-script "\${SCHEDULEARN_DIR:-/schedulearn}/discover_hosts.sh"`
    : "";
  const words = [...program, ...options].map(quoted).join(" ");
  const text = `export PATH=${PROGRAMS}:"$PATH" OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; exec ${words}${discovery} "$@"`;
  return ["/bin/sh", "-c", text, "launcher", ...command];
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

const member = (): string[] => ["/bin/sh", "-c", `exec python3 ${PROGRAMS}/member`];
