import { useState } from "preact/hooks";
import { Dialog } from "../design/dialog.tsx";
import { api } from "../live/client.ts";
import { messageOf } from "../live/link.ts";
import { tell } from "../live/toasts.ts";

interface Props {
  readonly selected: ReadonlySet<string>;
  onSelect(selected: ReadonlySet<string>): void;
  onDone(): void;
}

/** So many requests at once: the server answers each by itself. */
const AT_ONCE = 4;
const MOST_TOLD = 3;

const actions = [
  { name: "Pause", done: "Paused", work: (id: string) => api().pause(id) },
  { name: "Resume", done: "Resumed", work: (id: string) => api().resume(id) },
  { name: "Retry", done: "Queued again", work: (id: string) => api().retry(id) },
  {
    name: "Cancel",
    done: "Cancelled",
    work: (id: string) => api().cancel(id),
    asks: "They are stopped; their records stay.",
  },
  {
    name: "Delete",
    done: "Deleted",
    work: (id: string) => api().delete(id),
    asks: "They are stopped, and their records, output and checkpoints are removed. This cannot be undone.",
  },
] as const;
type Action = (typeof actions)[number];

/** What can be done with all that is selected. */
export function BulkBar({ selected, onSelect, onDone }: Props) {
  const [asked, ask] = useState<Action | null>(null);
  const [isBusy, setBusy] = useState(false);
  if (selected.size === 0) return null;
  const jobs = selected.size === 1 ? "1 job" : `${selected.size} jobs`;

  async function act(action: Action): Promise<void> {
    ask(null);
    setBusy(true);
    const failed = await withEach([...selected], action.work);
    setBusy(false);
    const done = selected.size - failed.length;
    if (done > 0) tell("done", `${action.done}: ${done === 1 ? "1 job" : `${done} jobs`}`);
    if (failed.length > 0) {
      const named = failed.slice(0, MOST_TOLD).map(({ id, message }) => `${id}: ${message}`);
      const more = failed.length > MOST_TOLD ? ` … and ${failed.length - MOST_TOLD} more` : "";
      tell("problem", `${action.name} failed for ${failed.length}. ${named.join("; ")}${more}`);
    }
    onSelect(new Set(failed.map(({ id }) => id)));
    onDone();
  }

  return (
    <section class="bulk-bar" aria-label="Selected jobs">
      <strong>{jobs} selected</strong>
      {actions.map((action) => (
        <button
          key={action.name}
          type="button"
          class={action.name === "Delete" ? "danger" : undefined}
          disabled={isBusy}
          onClick={() => ("asks" in action ? ask(action) : void act(action))}
        >
          {action.name}
        </button>
      ))}
      <button type="button" class="quiet" onClick={() => onSelect(new Set())}>
        Select none
      </button>
      <Dialog title={`${asked?.name ?? ""} ${jobs}?`} isOpen={asked !== null} onClose={() => ask(null)}>
        <p>{asked && "asks" in asked && asked.asks}</p>
        <div class="dialog-actions">
          <button type="button" onClick={() => ask(null)}>
            Back
          </button>
          <button type="button" class="danger" onClick={() => asked && void act(asked)}>
            {asked?.name} {jobs}
          </button>
        </div>
      </Dialog>
    </section>
  );
}

/** @returns those for which it failed, and why */
async function withEach(
  ids: string[],
  work: (id: string) => Promise<unknown>,
): Promise<{ id: string; message: string }[]> {
  const failed: { id: string; message: string }[] = [];
  const waiting = [...ids];
  const hand = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const of = id;
      await work(of).catch((error: unknown) => failed.push({ id: of, message: messageOf(error) }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
  return failed;
}
