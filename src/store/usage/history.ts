import { appendFile, mkdir, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { ServerId } from "../../core/server.ts";
import type { Instant, Millis } from "../../core/time.ts";
import { decode, encode, merged, type UsageSample } from "./sample.ts";

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/** How finely usage is kept for how long, the finest first; each lies in files of `file` milliseconds. */
const TIERS = [
  { name: "fine", every: 0, keep: HOUR, file: 10 * MINUTE },
  { name: "1m", every: MINUTE, keep: DAY, file: 4 * HOUR },
  { name: "10m", every: 10 * MINUTE, keep: 30 * DAY, file: 2 * DAY },
] as const;
const [FINE] = TIERS;
const COARSER = TIERS.slice(1);

/** How long samples are kept as they were taken. */
export const KEPT_FINE: Millis = FINE.keep;
/** The oldest that there can be. */
export const KEPT: Millis = TIERS[2].keep;

type Tier = (typeof TIERS)[number];

/**
 * What was used of servers, thinned with age, in files of its own: what goes wrong with them costs nothing else. One folder a server and
 * tier, one sample a line.
 */
export class UsageHistory {
  readonly #root: string;
  /** By server and tier: fine samples that no line of the tier holds yet. */
  readonly #pending = new Map<ServerId, Map<Tier, UsageSample[]>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Adds the next sample of a server; its spans must follow each other. Rejects when it cannot be written. */
  async add(server: ServerId, sample: UsageSample): Promise<void> {
    const pending = await this.#pendingOf(server);
    for (const [tier, samples] of pending) {
      const bucket = bucketOf(sample, tier);
      const whole = samples.filter((each) => bucketOf(each, tier) < bucket);
      const rest = [...samples.filter((each) => bucketOf(each, tier) >= bucket), sample];
      pending.set(tier, rest);
      for (const part of groupBy(whole, (each) => bucketOf(each, tier))) await this.#append(server, tier, merged(part));
    }
    await this.#append(server, FINE, sample);
  }

  /** Fine samples that end behind `from` and not behind `to`, oldest first. */
  fine(server: ServerId, from: Instant, to: Instant): Promise<UsageSample[]> {
    return this.#read(server, FINE, from, to);
  }

  /** Samples of a span, no finer than they have to be for one a `step`, oldest first. What lies further back is coarser. */
  async read(server: ServerId, from: Instant, to: Instant, step: Millis): Promise<UsageSample[]> {
    const best = TIERS.findLastIndex(({ every }) => every <= step);
    let found = await this.#read(server, TIERS[best] as Tier, from, to);
    for (const tier of TIERS.slice(best + 1)) {
      const begin = found[0] ? found[0].at - found[0].millis : to;
      if (begin > from) found = [...(await this.#read(server, tier, from, begin)), ...found];
    }
    for (const tier of TIERS.slice(0, best).reverse()) // the newest are not thinned yet
      found.push(...(await this.#read(server, tier, found.at(-1)?.at ?? from, to)));
    return found;
  }

  /** Removes what is too old, of servers that are gone as well. */
  async prune(now: Instant): Promise<void> {
    for (const server of await namesIn(this.#root)) {
      for (const tier of TIERS) {
        const folder = this.#folder(server, tier);
        for (const name of await namesIn(folder))
          if (beginOf(name) + tier.file < now - tier.keep) await rm(join(folder, name), { force: true });
        await rmdir(folder).catch(() => {}); // where nothing is left
      }
      await rmdir(join(this.#root, server)).catch(() => {});
    }
  }

  async #append(server: ServerId, tier: Tier, sample: UsageSample): Promise<void> {
    const folder = this.#folder(server, tier);
    const path = join(folder, `${Math.floor(sample.at / tier.file) * tier.file}.jsonl`);
    const write = () => appendFile(path, encode(sample), { mode: 0o600 });
    await write().catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await write();
    });
  }

  async #read(server: ServerId, tier: Tier, from: Instant, to: Instant): Promise<UsageSample[]> {
    const folder = this.#folder(server, tier);
    const samples: UsageSample[] = [];
    for (const name of await filesIn(folder)) {
      if (beginOf(name) + tier.file < from || beginOf(name) > to) continue;
      for (const sample of await samplesIn(join(folder, name)))
        if (sample.at > from && sample.at <= to) samples.push(sample);
    }
    return samples;
  }

  async #last(server: ServerId, tier: Tier): Promise<UsageSample | null> {
    const folder = this.#folder(server, tier);
    for (const name of (await filesIn(folder)).reverse()) {
      const last = (await samplesIn(join(folder, name))).at(-1);
      if (last) return last;
    }
    return null;
  }

  /** After a restart: what the last life had taken and not thinned. */
  async #pendingOf(server: ServerId): Promise<Map<Tier, UsageSample[]>> {
    const known = this.#pending.get(server);
    if (known) return known;
    const pending = new Map<Tier, UsageSample[]>();
    for (const tier of COARSER) {
      const thinned = await this.#last(server, tier);
      pending.set(tier, await this.#read(server, FINE, thinned?.at ?? 0, Number.POSITIVE_INFINITY));
    }
    this.#pending.set(server, pending);
    return pending;
  }

  #folder(server: ServerId, { name }: Tier): string {
    return join(this.#root, server, name);
  }
}

/** The span of a coarser tier to which most of the sample belongs. */
const bucketOf = ({ at, millis }: UsageSample, { every }: Tier): number => Math.floor((at - millis / 2) / every);

const beginOf = (name: string): Instant => Number.parseInt(name, 10);

/** Oldest first. */
const filesIn = async (folder: string): Promise<string[]> =>
  (await namesIn(folder)).sort((a, b) => beginOf(a) - beginOf(b));

async function samplesIn(path: string): Promise<UsageSample[]> {
  const text = await readFile(path, "utf8").catch(() => ""); // it has just become too old
  return text.split("\n").flatMap((line) => decode(line) ?? []);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}
