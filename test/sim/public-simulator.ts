/** A job of a trace, in whole seconds. */
export interface Listed {
  readonly id: string;
  readonly submit: number;
  readonly gpus: number;
  readonly duration: number;
}

interface Entry extends Listed {
  executed: number;
  runs: boolean;
  start: number | null;
  end: number | null;
  preemptions: number;
  queue: number;
}

/** What the list is sorted by at each event; null: it stays in the order of submission, and nobody is preempted. */
const KEYS: Readonly<Record<string, ((entry: Entry) => number) | null>> = {
  fifo: null,
  fjf: null,
  sjf: ({ gpus }) => gpus,
  shortest: ({ duration, executed }) => duration - executed,
  "shortest-gpu": ({ duration, executed, gpus }) => (duration - executed) * gpus,
};

/**
 * The public Tiresias simulator once more, written from the description of what it does and of nothing of ours: one pool, lists, whole seconds.
 * @param jobs in the order of submission @param limits of the queues, for `dlas-gpu`
 * @returns the lines of `--jobs-out`, in the order of the jobs
 */
export function publicSimulator(
  jobs: readonly Listed[],
  gpus: number,
  policy: string,
  limits: readonly number[],
): string[] {
  const entries = jobs.map(
    (job): Entry => ({ ...job, executed: 0, runs: false, start: null, end: null, preemptions: 0, queue: 0 }),
  );
  const queues: Entry[][] = policy === "dlas-gpu" ? [...limits.map(() => []), []] : [[]];
  const key = KEYS[policy] ?? null;
  let [now, submitted, jump] = [0, 0, Number.POSITIVE_INFINITY];
  for (;;) {
    const running = queues.flat().filter(({ runs }) => runs);
    const arrival = entries[submitted]?.submit ?? Number.POSITIVE_INFINITY;
    const ends = running.map(({ duration, executed }) => now + duration - executed);
    const next = Math.min(arrival, jump, ...ends);
    if (next === Number.POSITIVE_INFINITY) break;
    for (const entry of running) entry.executed += next - now;
    now = next;
    for (const entry of running.filter(({ executed, duration }) => executed >= duration)) {
      entry.end = now;
      entry.runs = false;
      take(queues, entry);
    }
    for (; (entries[submitted]?.submit ?? Number.POSITIVE_INFINITY) <= now; submitted++)
      queues[0]?.push(entries[submitted] as Entry);
    if (policy === "dlas-gpu") {
      for (const entry of entries) {
        if (!entry.runs || entry.executed * entry.gpus < (limits[entry.queue] ?? Number.POSITIVE_INFINITY)) continue;
        take(queues, entry);
        queues[++entry.queue]?.push(entry);
      }
    } else if (key) queues[0]?.sort((a, b) => key(a) - key(b));
    pass(queues, gpus, { keeps: key === null && policy !== "dlas-gpu", stops: policy === "fifo" }, now);
    jump = Number.POSITIVE_INFINITY;
    for (const [level, queue] of queues.entries()) {
      if (policy === "dlas-gpu")
        queues[level] = [...queue.filter(({ runs }) => runs), ...queue.filter(({ runs }) => !runs)];
      for (const { runs, executed, gpus: size } of queue)
        if (runs && limits[level] !== undefined && policy === "dlas-gpu")
          jump = Math.min(jump, now + Math.floor(((limits[level] as number) - executed) / size));
    }
  }
  return entries.map(({ id, start, end, preemptions }) => [id, start, end, preemptions].join(","));
}

function take(queues: Entry[][], entry: Entry): void {
  const queue = queues[entry.queue] as Entry[];
  queue.splice(queue.indexOf(entry), 1);
}

/** Along the lists: who fits runs, and who does not stops. @param keeps those that run go before all others @param stops at the first that does not fit */
function pass(
  queues: readonly Entry[][],
  gpus: number,
  how: { readonly keeps: boolean; readonly stops: boolean },
  now: number,
): void {
  const all = queues.flat();
  let free = gpus;
  for (const entry of how.keeps ? [...all.filter(({ runs }) => runs), ...all.filter(({ runs }) => !runs)] : all) {
    const fits = entry.gpus <= free;
    if (!fits && how.stops) return;
    if (fits) free -= entry.gpus;
    if (fits) entry.start ??= now;
    if (!fits && entry.runs) entry.preemptions++;
    entry.runs = fits;
  }
}
