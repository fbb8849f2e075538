import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../clients/cli/run-cli.ts";
import { shell, trainScript } from "../../engine/house.ts";
import { busyboxImage, type LabHost } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { eventually, useFaultHouse } from "./house.ts";

const shared = useLab({ hosts: 2, gpus: 2 });
const SLOW = { timeout: 240_000 };

const training = (secondsPerStep: string) => ({
  image: busyboxImage,
  command: shell(trainScript),
  env: { EPOCHS: "4", STEPS: "50", SECONDS_PER_STEP: secondsPerStep, CHECKPOINT_EVERY: "20" },
  gpus: { count: 1 },
});
/** So large that its way can be cut; it says what it finds when it begins, and ends when it was moved. */
const LARGE = 30_000_000;
const large = {
  image: busyboxImage,
  command: shell(
    `cd /checkpoint; [ -e data ] && { sha256sum data; exit 0; }; head -c ${LARGE} /dev/urandom > new; mv new data; sha256sum data; sleep 600 & wait`,
  ),
  gpus: { count: 1 },
};

shared.describe("a checkpoint, when something happens to its server", () => {
  const using = useFaultHouse(shared, { checkpoints: { backupSeconds: 1 } });
  const hosts = () => shared.hosts as [LabHost, LabHost];

  test(
    "is had from its copy when the server is lost for good, and from the command line when all is over",
    SLOW,
    async () => {
      const { house } = using;
      const [first, second] = hosts();
      const id = await house.submitTo(first, training("0.1"));
      // A copy that is made before the program's word of it is read goes by the progress until then.
      const copy = await eventually("there is a copy", async () =>
        (await house.client.checkpoints(id)).checkpoints.find(
          ({ server, step }) => server === null && Number(step) >= 20,
        ),
      );
      await first.cut();
      await house.runsOn(id, second, 2);
      const texts = async () => (await house.lines(id)).map(({ text }) => text);
      const resumed = await eventually("it says where it goes on", async () =>
        (await texts()).find((text) => text.startsWith("resumed at step")),
      );
      expect(Number.parseInt(resumed.slice("resumed at step ".length), 10)).toBeGreaterThanOrEqual(copy.step as number);
      expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", attempt: 2 });
      await first.heal();
      const alone = await house.client.submit(training("0"));
      await house.ends(alone.id);
      const last = (await house.lines(alone.id)).at(-1)?.text;
      expect((await texts()).at(-1)).toBe(last);

      const folder = join(await mkdtemp(join(tmpdir(), "got-")), "model");
      const { code, out, err } = await runCli(["checkpoints", "get", id, folder], { url: house.server.url });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain("1 file");
      expect(await readFile(join(folder, "model"), "utf8")).toMatch(/^200 /);
      const listed = await runCli(["checkpoints", id], { url: house.server.url });
      expect(listed.out).toContain("(copy)");
      expect((await stat(join(folder, "model"))).mode & 0o777).toBe(0o644);
    },
  );

  const hashes = async (id: string): Promise<string[]> =>
    (await using.house.lines(id)).map(({ text }) => text).filter((text) => text.endsWith("data"));
  /** A job whose large checkpoint is on its way. */
  async function migrating(from: LabHost, to: LabHost): Promise<string> {
    const { house } = using;
    const id = await house.submitTo(from, large);
    await house.client.migrate(id, to.name);
    await eventually(`the checkpoint of ${id} is carried`, async () => (await house.find(id)).phase === "CARRYING");
    return id;
  }

  test("is carried on where it was cut when its source is away for a while", SLOW, async () => {
    const { house } = using;
    const [first, second] = hosts();
    const id = await migrating(first, second);
    await first.cut();
    await eventually("the source is missed", async () => (await house.serverNamed(first.name)).state !== "UP");
    await first.heal();
    const job = await house.ends(id);
    expect(job).toMatchObject({ status: "COMPLETED", attempt: 2, migrationCount: 1 });
    expect(new Set(await hashes(id)).size).toBe(1);
    expect(await hashes(id)).toHaveLength(2);
  });

  test("arrives whole though the scheduler is killed with kill -9 in the middle", SLOW, async () => {
    const { house } = using;
    const [first, second] = hosts();
    const id = await migrating(first, second);
    await house.restart();
    const job = await house.ends(id);
    expect(job).toMatchObject({ status: "COMPLETED", attempt: 2, migrationCount: 1 });
    expect(new Set(await hashes(id)).size).toBe(1);
    expect(await hashes(id)).toHaveLength(2);
  });

  test("stays where it was when the target is gone in the middle: the job goes on there", SLOW, async () => {
    const { house } = using;
    const [first, second] = hosts();
    const id = await migrating(first, second);
    await second.cut();
    const job = await house.ends(id);
    expect(job).toMatchObject({ status: "COMPLETED", migrationCount: 0 });
    expect(job.runs.nodes.at(-1)?.serverName).toBe(first.name);
    expect(new Set(await hashes(id)).size).toBe(1);
  });
});
