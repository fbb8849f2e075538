import type { LabHost } from "../lab/docker-lab.ts";
import type { ServerProcess } from "../setup/server.ts";

/** Something that goes wrong, and how it ends. Both resolve when it is so. */
export interface Fault {
  readonly name: string;
  /** Of what: two faults of one thing never overlap. */
  readonly of: string;
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** An engine drops the lines that it has no room to write, and does not say so. */
export const FULL_DISK = "full disk of an engine";

/** All that can befall the scheduler's own process and the engines of the lab. */
export function faultsOf(server: ServerProcess, hosts: readonly LabHost[]): readonly Fault[] {
  const { port } = server;
  return [
    {
      name: "kill -9 of the server",
      of: "server",
      begin: () => server.end("SIGKILL"),
      end: async () => void (await server.start(port)),
    },
    ...hosts.flatMap((host): Fault[] => [
      { name: "kill -9 of an engine", of: host.name, begin: () => host.kill(), end: () => host.start() },
      { name: "restart of an engine", of: host.name, begin: () => host.stop(), end: () => host.start() },
      {
        name: "hang of an engine",
        of: host.name,
        begin: () => host.hang(),
        end: async () => host.unhang(),
      },
      { name: "cut of a link", of: host.name, begin: () => host.cut(), end: () => host.heal() },
      {
        name: FULL_DISK,
        of: host.name,
        begin: async () => host.fillDisk(),
        end: async () => host.freeDisk(),
      },
    ]),
  ];
}
