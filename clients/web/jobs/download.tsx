import { useState } from "preact/hooks";
import type { Job } from "../../sdk/index.ts";
import { saveText } from "../design/save-text.ts";
import { api } from "../live/client.ts";
import { attempt } from "../live/toasts.ts";
import { filterOf, type View } from "./view.ts";

type Form = "csv" | "json";

/** All jobs of the list as a file, not only those of this page. */
export function Download({ view, total }: { readonly view: View; readonly total: number }) {
  const [got, setGot] = useState<number | null>(null);
  async function save(form: Form): Promise<void> {
    const jobs: Job[] = [];
    setGot(0);
    await attempt(async () => {
      const filter = { ...filterOf(view), firstOfBatch: false };
      for await (const job of api().allJobs({ filter, orderBy: view.order })) {
        jobs.push(job);
        if (jobs.length % 500 === 0) setGot(jobs.length);
      }
      if (form === "csv") saveText("jobs.csv", "text/csv", csvOf(jobs));
      else saveText("jobs.json", "application/json", JSON.stringify(jobs, null, 2));
    }, "Saved");
    setGot(null);
  }
  if (got !== null) return <span role="status">{`Reading ${got} of ${total}…`}</span>;
  return (
    <>
      {(["csv", "json"] as const).map((form) => (
        <button key={form} type="button" disabled={total === 0} onClick={() => void save(form)}>
          {form.toUpperCase()}
          <span class="visually-hidden"> download</span>
        </button>
      ))}
    </>
  );
}

const columns: Readonly<Record<string, (job: Job) => string | number | null>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  status: ({ status }) => status,
  type: ({ type }) => type,
  user: ({ user }) => user,
  priority: ({ priority }) => priority,
  server: ({ serverNames }) => serverNames.join(" ") || null,
  submittedAt: ({ submittedAt }) => submittedAt,
  firstStartedAt: ({ firstStartedAt }) => firstStartedAt,
  endedAt: ({ endedAt }) => endedAt,
  serviceSeconds: ({ serviceTime }) => serviceTime,
  queueingSeconds: ({ queueingDelay }) => queueingDelay,
  completionSeconds: ({ jobCompletionTime }) => jobCompletionTime,
  attempt: ({ attempt }) => attempt,
  preemptions: ({ preemptions }) => preemptions,
  migrations: ({ migrationCount }) => migrationCount,
  progress: ({ progress }) => progress?.fraction ?? null,
  reason: ({ statusReason }) => statusReason,
};

const csvOf = (jobs: readonly Job[]): string =>
  [Object.keys(columns), ...jobs.map((job) => Object.values(columns).map((of) => of(job)))]
    .map((row) => `${row.map(cell).join(",")}\r\n`)
    .join("");

/** A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function cell(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
