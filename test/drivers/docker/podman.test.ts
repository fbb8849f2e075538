import { dockerDriver } from "../../../src/drivers/docker/docker-driver.ts";
import { busyboxImage } from "../../lab/docker-lab.ts";
import { usePodman } from "../../lab/podman.ts";
import { driverContract } from "../contract.ts";
import { clear, remains } from "./bench.ts";

const shared = usePodman(2);

shared.describe("the Docker driver on Podman", () => {
  driverContract("podman", () => {
    const [first, second] = shared.hosts;
    if (!first || !second) throw new Error("the contract needs two engines");
    return Promise.resolve({
      servers: [first.name, second.name] as const,
      spec: { image: busyboxImage },
      open: (server, context) => {
        const { name, unixSocket } = server === first.name ? first : second;
        return dockerDriver({ server: name, endpoint: `unix://${unixSocket}`, gpus: 2, context });
      },
      remains: () => remains(shared.hosts),
      cleanup: () => clear(shared.hosts),
    });
  });
});
