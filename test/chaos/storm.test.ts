import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { createClient, type SchedulearnClient, UnreachableError } from "../../clients/sdk/index.ts";
import { until } from "../drivers/support.ts";
import { useLab } from "../lab/shared-lab.ts";
import { runCommand, ServerProcess } from "../setup/server.ts";
import { faultsOf } from "./faults.ts";
import { Storm } from "./storm.ts";
import { violationsOf } from "./verdict.ts";

const SEED = Number(process.env.SCHEDULEARN_CHAOS_SEED ?? 1);
const SECONDS = Number(process.env.SCHEDULEARN_CHAOS_SECONDS ?? 25);
const GPUS = 2;
const CALM_SECONDS = 300;

/** All events of the jobs that are named in the texts. */
async function historyOf(client: SchedulearnClient, texts: readonly string[]): Promise<string> {
  const jobs = new Set(texts.flatMap((text) => text.match(/job-\d+/g) ?? []));
  const events = await Promise.all([...jobs].map((job) => client.events({ job })));
  return events
    .flat()
    .map((event) => JSON.stringify(event))
    .join("\n");
}

const shared = useLab({ hosts: 3, gpus: GPUS, diskMiB: 1024 });

shared.describe("a storm of requests and faults, and calm after it", () => {
  it(
    "leaves every job with one true outcome, every line there once, and no GPU, container, volume or row that ought not to be",
    async () => {
      const witness = mkdtempSync(join(tmpdir(), "witness-"));
      const { folder } = new ServerProcess();
      const file = join(folder, "schedulearn.yaml");
      const brisk = { planSpacingSeconds: 2, cooldownSeconds: 5, migrationRestSeconds: 5, restartFactor: 0.1 };
      const config = {
        servers: shared.hosts.map(({ name, tcp }) => ({
          name,
          endpoint: `tcp://${tcp.host}:${tcp.port}`,
          tls: { ca: tcp.caPath, cert: tcp.certPath, key: tcp.keyPath },
          gpus: Array.from({ length: GPUS }, (_, index) => ({ index, uuid: `GPU-${name}-${index}` })),
        })),
        containers: { mountRoots: [witness] },
        minFreeDiskMiB: 64,
        lostAfterSeconds: 4,
        scheduling: brisk,
        limits: { requestsPerSecond: 10_000 },
      };
      writeFileSync(file, JSON.stringify(config)); // JSON is YAML
      const server = await new ServerProcess({ folder, env: { SCHEDULEARN_CONFIG: file } }).start();
      const client = createClient({ url: server.url, webSocket: WebSocket });
      const servers = shared.hosts.map(({ name }) => name);
      const storm = new Storm(SEED, {
        client,
        faults: faultsOf(server, shared.hosts),
        servers,
        gpusOfEach: GPUS,
        witness,
      });
      try {
        await storm.rage(SECONDS * 1000);

        // Calm: what was not answered is asked again, nothing is held back, and what would go on for ever is cancelled.
        const unlessAway = (error: unknown): null => {
          if (error instanceof UnreachableError) return null;
          throw error;
        };
        const eventually = <T>(what: string, look: () => Promise<T>): Promise<NonNullable<T>> =>
          until<T | null>(what, async () => (await look().catch(unlessAway)) || sleep(100, null), CALM_SECONDS * 1000);
        const done = async (act: () => Promise<unknown>): Promise<true> => act().then(() => true);
        for (const name of servers)
          await eventually("it takes runs", () => done(() => client.drainServer(name, false)));
        await eventually("the policy is set", () => done(() => client.setPolicy({ policy: "fifo" })));
        for (const asked of storm.asked)
          if (asked.id === null) await eventually("it is submitted", () => done(() => storm.submitOnce(asked)));
        for await (const job of client.allJobs({ filter: { statuses: ["PAUSED", "PENDING"] } }))
          await client.resume(job.id).catch(() => undefined);
        for (const asked of storm.asked) {
          if (asked.nature !== "goes-on" || asked.deleted) continue;
          asked.cancelled = true;
          await client.cancel(asked.id as string).catch(() => undefined);
        }
        const isOver = async (): Promise<boolean> => {
          const open = await Promise.all(
            (["QUEUED", "RUNNING"] as const).map((phase) => client.jobs({ filter: { phase } })),
          );
          return open.every(({ total }) => total === 0);
        };
        await eventually("every job is over", isOver);
        await eventually("every GPU is free", async () =>
          (await client.servers()).every(({ gpus }) => gpus.every(({ job }) => job === null)),
        );
        const violations = await violationsOf(client, storm, witness);
        if (violations.length > 0) console.info(await historyOf(client, violations), server.output);
        expect(violations).toEqual([]);

        for await (const { id } of client.allJobs()) await client.delete(id, 0);
        for (const { docker } of shared.hosts) {
          await eventually(
            "no container is left",
            async () => (await docker.listContainers({ all: true })).length === 0,
          );
          await eventually("no volume is left", async () => (await docker.listVolumes()).Volumes.length === 0);
        }
        await server.end();
        const verified = await runCommand(["verify-log", "--config", file, "--data", folder]);
        expect(verified.code, verified.stdout).toBe(0);
        const { operations, faults, unanswered } = storm.tally;
        const sum = (tally: ReadonlyMap<string, number>): number => [...tally.values()].reduce((a, b) => a + b, 0);
        const list = (tally: ReadonlyMap<string, number>): string =>
          [...tally].map(([name, count]) => `${count} ${name}`).join(", ");
        console.info(
          `storm of seed ${SEED}, ${SECONDS} s: ${sum(operations)} operations (${list(operations)}; ${unanswered} unanswered), ` +
            `${storm.asked.length} jobs, ${sum(faults)} faults (${list(faults)}), 0 violations`,
        );
      } finally {
        client.close();
        await server.end("SIGKILL");
        server.remove();
      }
    },
    (SECONDS + 2 * CALM_SECONDS) * 1000,
  );
});
