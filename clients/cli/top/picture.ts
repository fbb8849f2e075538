import type { Cluster, Gpu, Job, Server, UsageUpdate } from "../../sdk/index.ts";

/** The cluster as it was last told, in one piece. */
export interface Picture {
  readonly cluster: Cluster;
  readonly servers: readonly Server[];
  /** Hold GPUs or cores. */
  readonly running: readonly Job[];
  /** The first of those that wait, and how many do. */
  readonly waiting: readonly Job[];
  readonly waitingCount: number;
  readonly completedLastHour: number;
}

/** What is used of it, newer than the picture: told every few seconds. */
export class Use {
  readonly #gpus = new Map<
    string,
    { readonly utilisationPercent: number | null; readonly memoryUsedMiB: number | null }
  >();
  readonly #coresBusy = new Map<string, number | null>();

  take({ servers }: Pick<UsageUpdate, "servers">): void {
    for (const { serverName, coresBusy, gpus } of servers) {
      this.#coresBusy.set(serverName, coresBusy);
      for (const { id, utilisationPercent, memoryUsedMiB } of gpus)
        this.#gpus.set(id, { utilisationPercent, memoryUsedMiB });
    }
  }

  of({ id, utilisationPercent, memoryUsedMiB }: Gpu) {
    const told = this.#gpus.get(id);
    return {
      utilisationPercent: told?.utilisationPercent ?? utilisationPercent,
      memoryUsedMiB: told?.memoryUsedMiB ?? memoryUsedMiB,
    };
  }

  coresBusyOf = ({ name }: Pick<Server, "name">): number | null => this.#coresBusy.get(name) ?? null;
}

export const SORTS = ["age", "left", "name", "gpus", "user"] as const;
export type Sort = (typeof SORTS)[number];

const keys: Readonly<Record<Sort, (job: Job) => number | string>> = {
  age: ({ id }) => Number(id.slice("job-".length)),
  left: ({ estimate }) => estimate?.remainingTime ?? Number.POSITIVE_INFINITY,
  name: ({ name }) => name,
  gpus: ({ grantedGpus, gpus }) => -(grantedGpus.length || gpus.min),
  user: ({ user }) => user,
};

/** Those whose id, name, user, type or server holds the text, in the order that is wanted. Who waits stays in line unless told otherwise. */
export function chosen(
  jobs: readonly Job[],
  { sort, filter }: { readonly sort: Sort; readonly filter: string },
): Job[] {
  const text = filter.toLowerCase();
  const keyOf = keys[sort];
  return jobs
    .filter(({ id, name, user, type, server }) =>
      [id, name, user, type, server?.name ?? ""].some((each) => each.toLowerCase().includes(text)),
    )
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : keys.age(a) < keys.age(b) ? -1 : 1));
}
