import type { GetJobListVariables, JobOrder, JobStatus } from "../generated/operations.ts";

/** Which jobs are shown, in which order: all of it is in the page's address. */
export interface View {
  readonly phase: Phase | null;
  readonly search: string;
  readonly user: string;
  readonly type: string;
  readonly server: string;
  /** `name=value` each. */
  readonly labels: readonly string[];
  readonly batch: string;
  readonly order: JobOrder;
  /** Each job of a batch has a row of its own. */
  readonly isEach: boolean;
  /** From 1. */
  readonly page: number;
}

export const PAGE_SIZE = 50;

/** What the tabs above the list choose, and which statuses that is; none: all. */
export const phases = {
  queued: ["PENDING"],
  running: ["STARTING", "RUNNING", "PAUSED", "PREEMPTING", "MIGRATING", "CANCELLING"],
  completed: ["COMPLETED"],
  failed: ["FAILED"],
  cancelled: ["CANCELLED"],
} as const satisfies Record<string, readonly JobStatus[]>;
export type Phase = keyof typeof phases;

export const orders: Readonly<Record<JobOrder, string>> = {
  NEWEST_FIRST: "Newest first",
  OLDEST_FIRST: "Oldest first",
  LAST_ENDED: "Last ended first",
  PRIORITY: "Highest priority first",
  NAME: "By name",
};

/** The view that an address shows; what it does not know of counts as not said. */
export function viewOf(address: URLSearchParams): View {
  const said = (name: string): string => address.get(name)?.trim() ?? "";
  const page = Number(said("page"));
  return {
    phase: (said("phase") in phases ? said("phase") : null) as Phase | null,
    search: said("q"),
    user: said("user"),
    type: said("type"),
    server: said("server"),
    labels: address.getAll("label").filter((label) => label.indexOf("=") > 0),
    batch: said("batch"),
    order: (said("order") in orders ? said("order") : "NEWEST_FIRST") as JobOrder,
    isEach: address.has("each"),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** The address of a view; what is as it always is is left out. */
export function addressOf({ phase, search, user, type, server, labels, batch, order, isEach, page }: View): string {
  const address = new URLSearchParams();
  const say = (name: string, value: string | null): void => {
    if (value) address.append(name, value);
  };
  say("phase", phase);
  say("q", search);
  say("user", user);
  say("type", type);
  say("server", server);
  for (const label of labels) say("label", label);
  say("batch", batch);
  say("order", order === "NEWEST_FIRST" ? null : order);
  say("each", isEach ? "1" : null);
  say("page", page === 1 ? null : String(page));
  const text = address.toString();
  return text === "" ? "/jobs" : `/jobs?${text}`;
}

/** Is nothing left out? Then a batch is one row, unless each of its jobs is wanted. */
export const isWhole = ({ phase, search, user, type, server, labels, batch }: View): boolean =>
  !phase && !search && !user && !type && !server && !batch && labels.length === 0;

export const filterOf = (view: View): NonNullable<GetJobListVariables["filter"]> => ({
  ...(view.phase && { statuses: phases[view.phase] }),
  ...(view.search && { search: view.search }),
  ...(view.user && { user: view.user }),
  ...(view.type && { type: view.type }),
  ...(view.server && { server: view.server }),
  ...(view.batch && { batch: view.batch }),
  ...(view.labels.length > 0 && { labels: Object.fromEntries(view.labels.map(splitLabel)) }),
  ...(isWhole(view) && !view.isEach && { firstOfBatch: true }),
});

function splitLabel(label: string): [string, string] {
  const at = label.indexOf("=");
  return [label.slice(0, at).trim(), label.slice(at + 1).trim()];
}
