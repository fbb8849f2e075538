import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { between, gpus } from "../core/world.ts";
import { shell } from "../engine/house.ts";
import { pythonImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";
import { GangHouse, MACHINE, missing } from "./gang-house.ts";

const shared = useLab({ hosts: 2, gpus: 2 });
const MINUTES = 3 * 60_000;
const noMpi = missing("/usr/bin/mpirun", "openmpi-bin");
const standIn = ["python3", "-c", readFileSync(new URL("./horovodrun.py", import.meta.url), "utf8")];
const checkpoint = { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 20 };

shared.describe("launchers that start what runs on the other engine", () => {
  const gang = new GangHouse(shared, 2);

  test(
    "mpirun itself reaches the other container and ends well; the others are told to end",
    async (context) => {
      context.skip(noMpi !== null, noMpi ?? "");
      const command = shell("echo process $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE on node $NODE_RANK");
      const id = await gang.submit({ ...MACHINE, env: { HOME: "/tmp" }, launcher: "mpi", command });
      await gang.ends(id, "completed");
      const said = (await gang.lines(id)).filter((line) => line.includes("process"));
      expect(said.sort()).toEqual(["0 process 0 of 2 on node 0", "0 process 1 of 2 on node 1"]);
      expect(await gang.exits(id)).toMatchObject([{ outcome: { kind: "succeeded" } }]);
    },
    MINUTES,
  );

  test(
    "mpirun's failure is the run's",
    async (context) => {
      context.skip(noMpi !== null, noMpi ?? "");
      const command = shell("[ $OMPI_COMM_WORLD_RANK = 1 ] && exit 3; sleep 30");
      const id = await gang.submit({ ...MACHINE, env: { HOME: "/tmp" }, launcher: "mpi", command });
      await gang.ends(id, "failed");
      expect(await gang.exits(id)).toMatchObject([
        { outcome: { cause: { message: expect.stringMatching(/^rank 0 on /) } } },
      ]);
      expect((await gang.run(id)).exitCode).toBe(3);
    },
    MINUTES,
  );

  test(
    "horovodrun (a stand-in) is given each server's slots and starts a process for each, over our ssh",
    async () => {
      const command = shell(
        `echo {\\"schedulearn\\": {\\"step\\": 5, \\"steps\\": 5}}; echo $HOROVOD_RANK/$HOROVOD_SIZE on $NODE_RANK`,
      );
      const id = await gang.submit({
        ...{ image: pythonImage, launcher: "horovod", launcherCommand: standIn, command, checkpoint },
        ...{ gpus: gpus(4), servers: { min: 2, max: 2 }, cores: { min: 1, max: 1, preferred: 1 } },
      });
      await gang.ends(id, "completed");
      const said = (await gang.lines(id)).filter((line) => /\d\/\d on/.test(line));
      expect(said.sort()).toEqual([0, 1, 2, 3].map((rank) => `0 [1,${rank}]<stdout>:${rank}/4 on ${rank < 2 ? 0 : 1}`));
    },
    MINUTES,
  );

  test(
    "elastic horovodrun (a stand-in) finds out by discover_hosts.sh that its run has grown and shrunk",
    async () => {
      await gang.house.setPolicy("elastic-fifo");
      const command = shell(`echo $HOROVOD_RANK/$HOROVOD_SIZE on $NODE_RANK; while :; do sleep 0.1; done`);
      const alone = { servers: { min: 1, max: 1 }, cores: { min: 0, max: 0, preferred: 0 } };
      const spec = {
        ...({ image: pythonImage, launcher: "horovod", launcherCommand: standIn, command, checkpoint } as const),
        ...{ gpus: between(2, 4), servers: { min: 2, max: 2 }, cores: { min: 0, max: 0, preferred: 0 } },
        elasticity: "live" as const,
      };
      const id = await gang.submit(spec);
      await gang.says(id, "0 [1,3]<stdout>:3/4 on 1");
      const other = await gang.submit({ image: pythonImage, command: shell("sleep 5"), gpus: gpus(1), ...alone });
      await gang.says(id, /:2\/3 on/);
      await gang.ends(other, "completed");
      const grown = async () => (await gang.lines(id)).filter((line) => line.includes(":3/4 on")).length === 2;
      while (!(await grown())) await new Promise((done) => setTimeout(done, 100));
      expect(await gang.exits(id)).toEqual([]);
      expect((await gang.run(id)).attempt).toBe(1);
    },
    MINUTES,
  );
});
