import { useState } from "preact/hooks";
import { Panel } from "../design/panel.tsx";
import { counted } from "../design/words.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { TIMELINE_EVENTS } from "./timeline/model.ts";
import { clock } from "./words.ts";

const STEP = 100;

/** All that happened to the job, the first thing first; a page at a time. */
export function EventsPanel({ job }: { readonly job: string }) {
  const [limit, setLimit] = useState(STEP);
  const [hasProgress, setProgress] = useState(false);
  const { data } = useLive(
    `${job} ${limit} ${hasProgress}`,
    (signal) => api().events({ job, limit: limit + 1, ...(!hasProgress && { types: CHANGES }) }, { signal }),
    { affects: ({ jobId, type }) => jobId === job && (hasProgress || type !== "RunProgressed") },
  );
  const shown = (data ?? []).slice(0, limit);
  return (
    <Panel
      title="Events"
      aside={
        <label class="check">
          <input type="checkbox" checked={hasProgress} onChange={() => setProgress(!hasProgress)} /> with progress
        </label>
      }
    >
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              <th>Type</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ cursor, at, summary, type }) => (
              <tr key={cursor}>
                <td>{clock(at)}</td>
                <td>
                  <bdi>{summary}</bdi>
                </td>
                <td>
                  <code>{type}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="none">
        {counted(shown.length, "event")}
        {data && data.length > limit && (
          <button type="button" class="quiet" onClick={() => setLimit(limit + 5 * STEP)}>
            More
          </button>
        )}
      </p>
    </Panel>
  );
}

/** All types of a job's events but progress. */
const CHANGES = [
  ...TIMELINE_EVENTS,
  "JobUpdated",
  "JobRequeued",
  "BatchTurnCame",
  "RetriesRenewed",
  "DependencyMet",
  "CheckpointCarried",
  "RunRestoreFailed",
  "RunResized",
  "CheckpointSaved",
  "CheckpointLost",
  "CheckpointBackedUp",
  "CheckpointRestored",
  "CheckpointDropped",
];
