import { setTimeout as sleep } from "node:timers/promises";
import { type SchedulearnClient, SchedulearnError, UnreachableError } from "../../clients/sdk/index.ts";
import { seeded } from "../../src/placement/random.ts";
import { type Fault, FULL_DISK } from "./faults.ts";
import { type Nature, workerSpec } from "./worker.ts";

/** What was asked of one job, as far as its outcome depends on it. */
export interface Asked {
  readonly key: string;
  readonly nature: Nature;
  readonly steps: number;
  /** Its id, once it is known. */
  id: string | null;
  /** It may have been heard, also where no answer came. */
  cancelled: boolean;
  deleted: boolean;
}

export interface Tally {
  readonly operations: Map<string, number>;
  readonly faults: Map<string, number>;
  /** Requests that nobody answered. */
  unanswered: number;
}

interface World {
  readonly client: SchedulearnClient;
  readonly faults: readonly Fault[];
  readonly servers: readonly string[];
  readonly gpusOfEach: number;
  readonly witness: string;
}

const POLICIES = [
  "fifo",
  "round-robin",
  "priority",
  "srtf",
  "tiresias",
  "elastic-fifo",
  "elastic-tiresias",
  "goodput",
  "fair-share",
] as const;
const PLACEMENTS = ["consolidate", "spread", "hungarian"] as const;
/** So many jobs are under way at most; more would only wait. */
const MOST_JOBS = 16;
const LONGEST_FAULT_MILLIS = 6_000;

/** Operations of users and faults of the world, one after the other as the seed has it. The world's own timing is not seeded. */
export class Storm {
  readonly asked: Asked[] = [];
  readonly tally: Tally = { operations: new Map(), faults: new Map(), unanswered: 0 };
  /** When the disk of a server was full. */
  readonly fullDisks: { readonly server: string; readonly from: number; to: number }[] = [];
  readonly #world: World;
  readonly #random: () => number;
  readonly #seed: number;
  /** What is broken now, by what it is of, and when it is to be mended. */
  readonly #broken = new Map<string, { readonly fault: Fault; readonly until: number }>();

  constructor(seed: number, world: World) {
    this.#seed = seed;
    this.#world = world;
    this.#random = seeded(seed);
  }

  async rage(millis: number): Promise<void> {
    const end = performance.now() + millis;
    let nextFault = performance.now() + 2_000 * this.#random();
    while (performance.now() < end) {
      await this.#mend(performance.now());
      if (performance.now() >= nextFault) {
        await this.#break();
        nextFault = performance.now() + 1_000 + 4_000 * this.#random();
      }
      await this.#operate();
      await sleep(300 * this.#random());
    }
    await this.#mend(Number.POSITIVE_INFINITY);
  }

  async #mend(now: number): Promise<void> {
    for (const [of, { fault, until }] of this.#broken) {
      if (until > now) continue;
      this.#broken.delete(of);
      await fault.end();
      const full = this.fullDisks.findLast(({ server }) => server === of);
      if (fault.name === FULL_DISK && full) full.to = Date.now();
    }
  }

  async #break(): Promise<void> {
    const fault = this.#pick(this.#world.faults.filter(({ of }) => !this.#broken.has(of)));
    if (!fault) return;
    count(this.tally.faults, fault.name);
    if (fault.name === FULL_DISK)
      this.fullDisks.push({ server: fault.of, from: Date.now(), to: Number.POSITIVE_INFINITY });
    await fault.begin();
    this.#broken.set(fault.of, { fault, until: performance.now() + LONGEST_FAULT_MILLIS * this.#random() ** 2 });
  }

  async #operate(): Promise<void> {
    const { client, servers } = this.#world;
    const live = this.asked.filter(({ id, deleted }) => id !== null && !deleted);
    const job = this.#pick(live.slice(-MOST_JOBS));
    const server = this.#pick(servers) as string;
    const choices: readonly (readonly [number, string, () => Promise<unknown>])[] = [
      [10, "submit", () => this.#submit()],
      [2, "cancel", () => this.#cancel(job)],
      [1, "delete", () => this.#delete(job)],
      [4, "migrate", async () => job?.id && client.migrate(job.id)],
      [1, "pause", async () => job?.id && client.pause(job.id)],
      [2, "resume", async () => job?.id && client.resume(job.id)],
      [2, "update", async () => job?.id && client.update(job.id, { priority: Math.floor(10 * this.#random()) })],
      [
        2,
        "set policy",
        () => client.setPolicy({ policy: this.#pick(POLICIES) as string, placement: this.#pick(PLACEMENTS) as string }),
      ],
      [1, "drain", () => client.drainServer(server, true)],
      [2, "undrain", () => client.drainServer(server, false)],
    ];
    let at = this.#random() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, act] of choices) {
      at -= weight;
      if (at >= 0) continue;
      count(this.tally.operations, name);
      await act().catch((error: unknown) => {
        if (error instanceof UnreachableError) this.tally.unanswered += 1;
        else if (!(error instanceof SchedulearnError)) throw error; // a refusal with reasons is an answer
      });
      return;
    }
  }

  async #submit(): Promise<void> {
    const { client } = this.#world;
    const totals = await Promise.all(
      (["QUEUED", "RUNNING"] as const).map(async (phase) => (await client.jobs({ filter: { phase }, first: 1 })).total),
    );
    if (totals.reduce((sum, total) => sum + total, 0) >= MOST_JOBS) return;
    const nature = this.#pick<Nature>([
      "completes",
      "completes",
      "completes",
      "exits",
      "runs-out-of-memory",
      "goes-on",
    ]);
    const steps = nature === "goes-on" ? 1_000_000 : 20 + Math.floor(100 * this.#random());
    const asked: Asked = {
      key: `storm ${this.#seed}, job ${this.asked.length}`,
      nature: nature as Nature,
      steps,
      id: null,
      cancelled: false,
      deleted: false,
    };
    this.asked.push(asked);
    await this.submitOnce(asked);
  }

  /** Submits it, or learns the id of the job that it became before. */
  async submitOnce(asked: Asked): Promise<void> {
    const { client, witness, gpusOfEach } = this.#world;
    // Its size is as the key has it, so that the same key always comes with the same spec.
    const random = seeded(this.asked.indexOf(asked) * 7919 + this.#seed);
    const most = 1 + Math.floor(random() * gpusOfEach);
    const gpus = random() < 0.3 ? { count: Math.floor(random() * 2) } : { min: 1, max: most };
    const gang = random() < 0.15 ? { gpus: { count: 2 }, servers: { min: 2, max: 2 } } : { gpus };
    const spec = { ...workerSpec(asked.nature, asked.steps, witness), ...gang };
    const { id } = await client.submit(spec, { idempotencyKey: asked.key });
    asked.id = id;
  }

  async #cancel(job: Asked | undefined): Promise<void> {
    if (!job?.id) return;
    job.cancelled = true;
    await this.#world.client.cancel(job.id);
  }

  async #delete(job: Asked | undefined): Promise<void> {
    if (!job?.id) return;
    job.cancelled = true;
    job.deleted = true;
    await this.#world.client.delete(job.id);
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }
}

function count(tally: Map<string, number>, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}
