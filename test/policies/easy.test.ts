import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Server } from "../../src/core/server.ts";
import { aServer, aSpec, coresOnly, gpus, World } from "../core/world.ts";

interface Asked {
  readonly gpus: number;
  /** How long it runs, and what is said of that. */
  readonly seconds: number;
  readonly said?: number | null;
  readonly atSeconds?: number;
  readonly over?: Partial<JobSpec>;
}

function specOf({ gpus: count, seconds, said = seconds, over }: Asked): JobSpec {
  const units = count > 0 ? count : (over?.cores?.min ?? 1);
  const estimate = { seconds: said === null ? null : said * units, epochs: null, steps: null };
  return aSpec({ gpus: gpus(count), estimate, ...over });
}

/** The jobs are submitted in the order given. */
function worldOf(servers: readonly Server[], jobs: readonly Asked[]): World {
  const world = new World({
    options: { backfill: "easy" },
    durations: Object.fromEntries(jobs.map(({ seconds }, i) => [`job-${i + 1}`, seconds * 1000])),
    costs: { start: 0, stop: 0 },
  }).join(...servers);
  for (const [i, job] of jobs.entries()) world.submit(`job-${i + 1}`, specOf(job), (job.atSeconds ?? 0) * 1000);
  return world;
}

/** Where and at which second each job started. */
function startsOf(servers: readonly Server[], jobs: readonly Asked[]): Record<string, string> {
  const { starts } = worldOf(servers, jobs).run();
  expect(starts).toHaveLength(jobs.length); // nobody was preempted
  return Object.fromEntries(starts.map(({ job, server, at }) => [job, `${server} at ${at / 1000}`]));
}

const a = (count: number): Server => aServer("a", count, { cores: 4 });
const b = (count: number): Server => aServer("b", count);
const ofModel = (count: number, model: string): Partial<JobSpec> => ({ gpus: { ...gpus(count), model } });

describe("fifo with backfill: easy", () => {
  it("lets pass who ends before the first of the line can start, and nobody who would end later", () => {
    const jobs = [
      { gpus: 3, seconds: 100 },
      { gpus: 4, seconds: 10 },
      { gpus: 1, seconds: 200 },
      { gpus: 1, seconds: 100 },
    ];
    expect(startsOf([a(4)], jobs)).toEqual({
      "job-1": "a at 0",
      "job-4": "a at 0",
      "job-2": "a at 100",
      "job-3": "a at 110",
    });
  });

  it("lets a long job pass on GPUs that the first of the line does not need, and gives them once", () => {
    const jobs = [
      { gpus: 4, seconds: 100 },
      { gpus: 5, seconds: 50 },
      { gpus: 1, seconds: 900 },
      { gpus: 1, seconds: 900 },
    ];
    expect(startsOf([a(6)], jobs)).toEqual({
      "job-1": "a at 0",
      "job-3": "a at 0",
      "job-2": "a at 100",
      "job-4": "a at 150",
    });
  });

  it("keeps the server where it fits first, and leaves the others to those behind", () => {
    const half = { memoryMiB: 600_000 };
    const jobs = [
      { gpus: 1, seconds: 100, over: half },
      { gpus: 1, seconds: 500, over: half },
      { gpus: 2, seconds: 10 },
      { gpus: 1, seconds: 900 },
    ];
    expect(startsOf([a(2), b(2)], jobs)).toEqual({
      "job-1": "a at 0",
      "job-2": "b at 0",
      "job-4": "b at 0",
      "job-3": "a at 100",
    });
  });

  it("keeps cores and memory too", () => {
    const wanting = (cores: number, memoryMiB: number) => ({ cores: coresOnly(cores).cores, memoryMiB });
    const jobs = [
      { gpus: 1, seconds: 100, over: wanting(2, 500_000) },
      { gpus: 1, seconds: 10, over: wanting(3, 800_000) },
      { gpus: 1, seconds: 900, over: wanting(2, 0) },
      { gpus: 1, seconds: 900, over: wanting(0, 300_000) },
      { gpus: 1, seconds: 900, over: wanting(1, 200_000) },
    ];
    expect(startsOf([a(8)], jobs)).toMatchObject({ "job-5": "a at 0", "job-2": "a at 100", "job-3": "a at 110" });
  });

  it("keeps GPUs of the model that is wanted, and lets jobs of other models pass", () => {
    const mixed = aServer("a", 2);
    const [first, second] = mixed.gpus;
    const server = { ...mixed, gpus: [{ ...first!, model: "V100" }, second!] };
    const jobs = [
      { gpus: 1, seconds: 100, over: ofModel(1, "A100") },
      { gpus: 1, seconds: 10, over: ofModel(1, "A100") },
      { gpus: 1, seconds: 900, over: ofModel(1, "V100") },
    ];
    expect(startsOf([server], jobs)).toMatchObject({ "job-3": "a at 0", "job-2": "a at 100" });
  });

  it("keeps several servers for a gang that spans them", () => {
    const jobs = [
      { gpus: 2, seconds: 100 },
      { gpus: 1, seconds: 50 },
      { gpus: 4, seconds: 10, over: { servers: { min: 2, max: 2 } } },
      { gpus: 1, seconds: 900 },
      { gpus: 1, seconds: 900 },
      { gpus: 1, seconds: 30 },
    ];
    expect(startsOf([a(2), b(2), aServer("c", 1)], jobs)).toEqual({
      "job-1": "a at 0",
      "job-2": "c at 0",
      "job-6": "b at 0",
      "job-4": "c at 50",
      "job-3": "a at 100",
      "job-5": "a at 110",
    });
  });

  it("keeps all servers that could hold it while nothing is known of those in its way", () => {
    const small = aServer("b", 1);
    const other = { ...small, gpus: small.gpus.map((gpu) => ({ ...gpu, model: "V100" })) };
    const jobs = [
      { gpus: 1, seconds: 100, said: null, over: ofModel(1, "A100") },
      { gpus: 2, seconds: 10 },
      { gpus: 1, seconds: 20 },
      { gpus: 1, seconds: 20 },
    ];
    expect(startsOf([a(2), other], jobs)).toEqual({
      "job-1": "a at 0",
      "job-3": "b at 0",
      "job-4": "b at 20",
      "job-2": "a at 100",
    });
  });

  it("lets others use what it does not need even while nothing is known", () => {
    const jobs = [
      { gpus: 2, seconds: 100, said: null },
      { gpus: 3, seconds: 10 },
      { gpus: 1, seconds: 900 },
      { gpus: 1, seconds: 5 },
    ];
    expect(startsOf([a(4)], jobs)).toEqual({
      "job-1": "a at 0",
      "job-3": "a at 0",
      "job-2": "a at 100",
      "job-4": "a at 110",
    });
  });

  it("lets a job of which nothing is known pass only on what it does not need", () => {
    const jobs = [
      { gpus: 3, seconds: 100 },
      { gpus: 4, seconds: 10 },
      { gpus: 1, seconds: 5, said: null },
    ];
    expect(startsOf([a(4)], jobs)).toMatchObject({ "job-2": "a at 100", "job-3": "a at 110" });
  });

  it("lets nobody pass while a job runs beyond its estimate: it may end at any moment", () => {
    const jobs = [
      { gpus: 3, seconds: 100, said: 10 },
      { gpus: 4, seconds: 10 },
      { gpus: 1, seconds: 5, atSeconds: 20 },
    ];
    expect(startsOf([a(4)], jobs)).toMatchObject({ "job-2": "a at 100", "job-3": "a at 110" });
  });

  it("does the same for cores", () => {
    const jobs = [3, 4, 1, 1].map((cores, i) => ({ gpus: 0, seconds: [100, 10, 200, 50][i]!, over: coresOnly(cores) }));
    expect(startsOf([a(0)], jobs)).toEqual({
      "job-1": "a at 0",
      "job-4": "a at 0",
      "job-2": "a at 100",
      "job-3": "a at 110",
    });
  });

  it("never delays the first of the line beyond what was foreseen when it became that, if the estimates are true", () => {
    const traces = fc.record({
      servers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      jobs: fc.array(
        fc.record({
          gpus: fc.integer({ min: 1, max: 4 }),
          seconds: fc.integer({ min: 1, max: 30 }),
          atSeconds: fc.integer({ min: 0, max: 30 }),
        }),
        { minLength: 3, maxLength: 10 },
      ),
    });
    fc.assert(
      fc.property(traces, ({ servers, jobs }) => {
        const largest = Math.max(...servers);
        const asked = jobs
          .map((job) => ({ ...job, gpus: Math.min(job.gpus, largest) }))
          .sort((x, y) => x.atSeconds - y.atSeconds);
        const world = worldOf(
          servers.map((count, i) => aServer(`s${i}`, count)),
          asked,
        ).run();
        expect(world.starts).toHaveLength(asked.length);
        const ran = asked.map((job, i) => {
          const { at, server } = world.starts.find((start) => start.job === `job-${i + 1}`)!;
          return { ...job, server: Number(server.slice(1)), from: at / 1000, to: at / 1000 + job.seconds };
        });
        for (const [i, job] of ran.entries()) {
          const becameFirst = Math.max(job.atSeconds, ...ran.slice(0, i).map(({ from }) => from));
          const inTheWay = ran.filter(
            ({ from, to }, other) =>
              other !== i && to > becameFirst && (from < becameFirst || (other < i && from === becameFirst)),
          );
          const foreseen = servers.map((count, server) => {
            const held = inTheWay.filter((other) => other.server === server);
            const isFree = (at: number): boolean =>
              count - held.filter(({ to }) => to > at).reduce((sum, other) => sum + other.gpus, 0) >= job.gpus;
            return (
              [becameFirst, ...held.map(({ to }) => to)].filter(isFree).sort((x, y) => x - y)[0] ??
              Number.POSITIVE_INFINITY
            );
          });
          expect(job.from).toBeLessThanOrEqual(Math.min(...foreseen));
        }
      }),
      { numRuns: 300 },
    );
  });
});
