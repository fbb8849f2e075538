import type { DockerOptions } from "../../src/drivers/docker/docker-driver.ts";
import type { LabHost } from "../lab/docker-lab.ts";

/** How a driver reaches an engine of the lab: over TLS. */
export const endpointOf = ({ name, tcp }: LabHost): Pick<DockerOptions, "server" | "endpoint" | "tls"> => ({
  server: name,
  endpoint: `tcp://${tcp.host}:${tcp.port}`,
  tls: { ca: tcp.ca, cert: tcp.cert, key: tcp.key },
});

/** Names of all containers and volumes there are. */
export async function remains(hosts: readonly LabHost[]): Promise<string[]> {
  const ofHosts = await Promise.all(
    hosts.map(async ({ docker }) => {
      const [containers, { Volumes }] = await Promise.all([docker.listContainers({ all: true }), docker.listVolumes()]);
      return [...containers.flatMap(({ Names }) => Names), ...(Volumes ?? []).map(({ Name }) => Name)];
    }),
  );
  return ofHosts.flat();
}

export async function clear(hosts: readonly LabHost[]): Promise<void> {
  for (const { docker } of hosts) {
    const containers = await docker.listContainers({ all: true });
    await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true }).catch(unlessGoing)));
    const { Volumes } = await docker.listVolumes();
    await Promise.all(
      (Volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove({ force: true }).catch(unlessGoing)),
    );
  }
}

/** A closed driver may still be removing what it made. */
function unlessGoing(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
