import type { Server } from "../../core/server.ts";

export const totalGpus = (servers: readonly Server[]): number =>
  servers.reduce((sum, { gpus }) => sum + gpus.length, 0);

/** So many times the servers, at least one; a single one grows or shrinks itself. */
export function scaled(servers: readonly Server[], times: number): readonly Server[] {
  const [only] = servers;
  if (servers.length === 1 && only) return [withGpus(only, Math.max(1, Math.round(only.gpus.length * times)))];
  const count = Math.max(1, Math.round(servers.length * times));
  return Array.from({ length: count }, (_, i) =>
    copyOf(servers[i % servers.length] as Server, Math.floor(i / servers.length)),
  );
}

function withGpus(server: Server, count: number): Server {
  const gpus = Array.from({ length: count }, (_, index) => {
    const like = server.gpus[index % server.gpus.length] as Server["gpus"][number];
    return { ...like, id: `${server.id}/${index}`, index };
  });
  return { ...server, gpus };
}

/** The first is the server itself. */
function copyOf(server: Server, copy: number): Server {
  if (copy === 0) return server;
  const id = `${server.id}-copy-${copy}`;
  return { ...server, id, gpus: server.gpus.map((gpu) => ({ ...gpu, id: `${id}/${gpu.index}` })) };
}
