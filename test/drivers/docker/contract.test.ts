import { dockerDriver } from "../../../src/drivers/docker/docker-driver.ts";
import { busyboxImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { driverContract } from "../contract.ts";
import { clear, endpointOf, remains } from "./bench.ts";

const shared = useLab({ hosts: 2 });

shared.describe("the Docker driver", () => {
  driverContract("docker", () => {
    const [first, second] = shared.hosts;
    if (!first || !second) throw new Error("the contract needs two engines");
    return Promise.resolve({
      servers: [first.name, second.name] as const,
      spec: { image: busyboxImage },
      open: (server, context) =>
        dockerDriver({ ...endpointOf(server === first.name ? first : second), gpus: 2, context }),
      remains: () => remains(shared.hosts),
      cleanup: () => clear(shared.hosts),
    });
  });
});
