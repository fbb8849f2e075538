import { Ago } from "../design/now.tsx";
import { Panel } from "../design/panel.tsx";
import { span } from "../design/time.ts";
import { counted } from "../design/words.ts";
import type { JobPage } from "../generated/operations.ts";
import { api } from "../live/client.ts";
import { attempt } from "../live/toasts.ts";
import { useLive } from "../live/use-live.ts";
import { save } from "./save.ts";
import { bytesWords } from "./words.ts";

/** Where the job's work is safe. */
export function CheckpointsPanel({ job }: { readonly job: JobPage }) {
  const { data, problem } = useLive(job.id, (signal) => api().checkpoints(job.id, { signal }), {
    affects: ({ jobId, type }) => jobId === job.id && type !== "RunProgressed",
  });
  const copies = data?.checkpoints ?? [];
  return (
    <Panel title="Checkpoints" aside={copies.length > 0 ? counted(copies.length, "place") : undefined}>
      {problem !== null && <p class="fault none">{problem}</p>}
      {data && copies.length === 0 && <p class="none">It has saved nothing yet.</p>}
      {data?.backupProblem && <p class="none">{data.backupProblem}</p>}
      {copies.length > 0 && (
        <div class="table-scroll">
          <table>
            <thead>
              <tr>
                <th>Where</th>
                <th>Saved</th>
                <th>Copied</th>
                <th>Step</th>
                <th>Size</th>
                <th>
                  <span class="visually-hidden">Download</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {copies.map((copy) => (
                <tr key={`${copy.server}/${copy.generation}/${copy.copiedAt}`}>
                  <td>
                    <bdi>{copy.server ?? "the scheduler's own folder"}</bdi>
                  </td>
                  <td>{copy.savedAt ? <Ago at={copy.savedAt} /> : "not known"}</td>
                  <td>{copy.copiedAt ? <Ago at={copy.copiedAt} /> : "the folder itself"}</td>
                  <td>{copy.step}</td>
                  <td>
                    {copy.bytes !== null && bytesWords(copy.bytes)}
                    {copy.files !== null && `, ${counted(copy.files, "file")}`}
                  </td>
                  <td>
                    <button
                      type="button"
                      class="quiet"
                      onClick={() =>
                        void attempt(async () =>
                          save(
                            await api().downloadCheckpoint(job.id, { from: copy.server === null ? "vault" : "server" }),
                            `${job.id}-checkpoint.tar`,
                            "application/x-tar",
                          ),
                        )
                      }
                    >
                      Download
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data?.lostWork && data.lostWork.seconds >= 1 && (
        <p class="none">Work that was done and not saved, over all runs: {span(data.lostWork.seconds)}.</p>
      )}
    </Panel>
  );
}
