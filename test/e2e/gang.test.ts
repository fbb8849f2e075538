import { expect, test } from "vitest";
import { until } from "../drivers/support.ts";
import { shell } from "../engine/house.ts";
import { pythonImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";
import { GangHouse } from "./gang-house.ts";

const shared = useLab({ hosts: 2 });
const MINUTES = 3 * 60_000;

/** Each member listens at its own name, and greets the other. */
const GREET = `
import json, os, socket, time
rank = int(os.environ["RANK"])
hosts = [server["host"] for server in json.load(open("/schedulearn/allocation.json"))["servers"]]
port = int(os.environ["MASTER_PORT"])
assert socket.gethostbyname(socket.gethostname()) == hosts[rank], socket.gethostbyname(socket.gethostname())
assert os.environ["MASTER_ADDR"] == hosts[0]
if rank == 0:
    with socket.create_server((hosts[0], port)) as listener:
        connection, (peer, _) = listener.accept()
        print("greeted by", peer == hosts[1])
        connection.sendall(b"hello")
        connection.close()
else:
    while True:
        try:
            connection = socket.create_connection((hosts[0], port), timeout=5)
            break
        except OSError:
            time.sleep(0.1)
    print("rank 0 says", connection.recv(5).decode())
`;

shared.describe("a run over two Docker engines", () => {
  const gang = new GangHouse(shared);

  test(
    "has a container on each, which reach each other at the leased port, each by its own name",
    async () => {
      const id = await gang.submit({ image: pythonImage, command: ["python3", "-c", GREET] });
      await gang.ends(id, "completed");
      expect((await gang.lines(id)).sort()).toEqual(["0 greeted by True", "1 rank 0 says hello"]);
      expect(await gang.exits(id)).toHaveLength(1);
      expect((await gang.run(id)).on.map(({ cores, ports }) => [cores.length, ports])).toEqual([
        [1, [29_500]],
        [1, [29_500]],
      ]);
    },
    MINUTES,
  );

  test(
    "ends with the cause when one of its containers is killed, and nothing of it is left",
    async () => {
      const command = shell(`trap 'echo saves; exit 0' TERM; echo here; while :; do sleep 0.1; done`);
      const id = await gang.submit({ image: pythonImage, command, retries: { application: 0, infrastructure: 0 } });
      for (const rank of [0, 1]) await gang.says(id, `${rank} here`);
      const [, second] = (await gang.run(id)).on;
      const host = shared.hosts.find(({ name }) => name === second?.server);
      const [container] = (await host?.docker.listContainers()) ?? [];
      await host?.docker.getContainer(container?.Id ?? "").kill();
      await gang.ends(id, "failed");
      expect(await gang.exits(id)).toMatchObject([
        {
          outcome: { cause: { message: expect.stringMatching(new RegExp(`^rank 1 on ${second?.server}: .*SIGKILL`)) } },
        },
      ]);
      expect(await gang.lines(id)).toContain("0 saves");
      for (const { docker } of shared.hosts)
        await until("no container is left", async () => (await docker.listContainers({ all: true })).length === 0);
    },
    MINUTES,
  );

  test(
    "one on each server alone publishes the ports that it asks for under leased ones",
    async () => {
      const serve = `import http.server; http.server.HTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()`;
      const command = ["python3", "-c", serve];
      const alone = { servers: { min: 1, max: 1 }, cores: { min: 1, max: 1, preferred: 1 } };
      const ports = [{ name: "web", port: 8000 }];
      const ids = [];
      for (let i = 0; i < 3; i++) ids.push(await gang.submit({ image: pythonImage, command, ports, ...alone }));
      for (const id of ids) {
        await gang.house.reaches(id, "running");
        const [share] = (await gang.run(id)).on;
        const host = shared.hosts.find(({ name }) => name === share?.server);
        const url = `http://${host?.address}:${share?.ports?.[0]}/`;
        await until(`${url} answers`, () =>
          fetch(url).then(
            ({ ok }) => ok,
            () => false,
          ),
        );
      }
    },
    MINUTES,
  );

  test(
    "when a server is cut off for too long, the other member is stopped, and the job goes on elsewhere once",
    async () => {
      const command = shell(
        `trap 'echo saves; exit 0' TERM; echo attempt $SCHEDULEARN_ATTEMPT; while :; do sleep 0.1; done`,
      );
      const id = await gang.submit({ image: pythonImage, command });
      for (const rank of [0, 1]) await gang.says(id, `${rank} attempt 1`);
      await gang.house.reaches(id, "running");
      const [, second] = (await gang.run(id)).on;
      const host = shared.hosts.find(({ name }) => name === second?.server);
      await host?.cut();
      try {
        await gang.says(id, "0 saves");
        await gang.house.reaches(id, "pending");
      } finally {
        await host?.heal();
      }
      for (const rank of [0, 1]) await gang.says(id, `${rank} attempt 2`);
      expect((await gang.exits(id)).map(({ attempt }) => attempt)).toEqual([1]);
      const left = (await host?.docker.listContainers({ all: true })) ?? [];
      expect(left.map(({ Labels }) => Labels["schedulearn.attempt"])).toEqual(["2"]);
      expect((await gang.lines(id)).filter((line) => line.startsWith("1 attempt 1"))).toHaveLength(1);
    },
    MINUTES,
  );

  test(
    "it outlasts a restart of the scheduler, which takes it up whole",
    async () => {
      const command = shell(`trap 'echo saves; exit 0' TERM; echo here; while :; do sleep 0.1; done`);
      const id = await gang.submit({ image: pythonImage, command });
      for (const rank of [0, 1]) await gang.says(id, `${rank} here`);
      await gang.house.reaches(id, "running");
      await gang.restart();
      await gang.cancel(id);
      await gang.over(id);
      expect((await gang.lines(id)).sort()).toEqual(["0 here", "0 saves", "1 here", "1 saves"]);
      expect(await gang.exits(id)).toMatchObject([{ attempt: 1, outcome: { kind: "stopped" } }]);
    },
    MINUTES,
  );
});
