import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Simulation } from "../../sdk/index.ts";
import { Bar } from "../design/bar.tsx";
import { Empty } from "../design/empty.tsx";
import { Icon } from "../design/icon.tsx";
import { Loading } from "../design/loading.tsx";
import { Ago } from "../design/now.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { Panel } from "../design/panel.tsx";
import { span as spanText } from "../design/time.ts";
import { api } from "../live/client.ts";
import { attempt, tell } from "../live/toasts.ts";
import { useLive } from "../live/use-live.ts";
import "./cluster.css";
import { ReportViewer } from "./report-viewer.tsx";
import { SimulateForm } from "./simulate-form.tsx";
import { Wide } from "./wide.tsx";
import { mebibytes, percent } from "./words.ts";

const LOOK_MILLIS = 1_000;
const MOST_BYTES = 100 * 1024 * 1024;

interface Shown {
  readonly title: string;
  readonly html: string;
}

/** Comparisons of policies over whole histories: those that are made, and the reports of those that were. */
export function ReportsPage() {
  const { query, path, route } = useLocation();
  const [isAsking, setAsking] = useState(false);
  const [dropped, setDropped] = useState<Shown | null>(null);
  const { data, problem, reload } = useLive("simulations", (signal) => api().simulations({ first: 100 }, { signal }), {
    affects: () => false,
  });
  const isBusy = data?.items.some(isActive) ?? false;
  useEffect(() => {
    if (!isBusy) return;
    const timer = setInterval(reload, LOOK_MILLIS);
    return () => clearInterval(timer);
  }, [isBusy, reload]);
  useDrop((file) => void readFile(file).then(setDropped));
  const chosen = data?.items.find(({ id, reportPath }) => id === query.report && reportPath !== null);
  return (
    <>
      <PageTitle title="Reports">
        <label class="button file-button">
          Open a file
          <input
            type="file"
            accept=".html,text/html"
            class="visually-hidden"
            onChange={(event) => void readFile(event.currentTarget.files?.[0]).then(setDropped)}
          />
        </label>
        <button type="button" class="primary" onClick={() => setAsking(true)}>
          <Icon name="plus" />
          <span>Compare policies</span>
        </button>
      </PageTitle>
      {problem && <Empty title={problem} kind="problem" />}
      {!data && !problem && <Loading what="reports" />}
      {data?.items.length === 0 && <NoReport />}
      {data && data.items.length > 0 && (
        <ul class="simulations">
          {data.items.map((simulation) => (
            <li key={simulation.id}>
              <SimulationCard simulation={simulation} isOpen={simulation === chosen} onDone={reload} />
            </li>
          ))}
        </ul>
      )}
      {dropped ? (
        <ReportViewer {...dropped} onClose={() => setDropped(null)} />
      ) : (
        chosen && <Kept key={chosen.id} simulation={chosen} onClose={() => route(path, true)} />
      )}
      <SimulateForm isOpen={isAsking} onClose={() => setAsking(false)} onDone={reload} />
    </>
  );
}

/** Takes a file that is dropped anywhere on the page. */
function useDrop(take: (file: File | undefined) => void): void {
  const present = useRef(take);
  present.current = take;
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      present.current(event.dataTransfer?.files[0]);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("drop", drop);
    };
  }, []);
}

const isActive = ({ state }: Simulation): boolean => state === "QUEUED" || state === "RUNNING";

const NoReport = () => (
  <Empty title="No report yet">
    <p>
      Compare policies over what has run here, or over drawn jobs. Reports of <code>schedulearn simulate --report</code>{" "}
      open here too: drop one on this page, or put it into the folder <code>reports</code> of the data folder.
    </p>
  </Empty>
);

/** The text of a file that was dropped or chosen; null when it is none. */
async function readFile(file: File | undefined): Promise<Shown | null> {
  if (!file) return null;
  if (file.size > MOST_BYTES || !/\.html?$/i.test(file.name)) {
    tell(
      "problem",
      `${file.name} is no report: those are files of HTML of at most ${mebibytes(MOST_BYTES / 1024 ** 2)}`,
    );
    return null;
  }
  return { title: file.name, html: await file.text() };
}

/** A report that the server has. */
function Kept({ simulation, onClose }: { readonly simulation: Simulation; onClose(): void }) {
  const { id, title, reportPath } = simulation;
  const { data, problem } = useLive(id, (signal) => api().simulationReport(reportPath ?? "", { signal }), {
    affects: () => false,
  });
  if (problem) return <Empty title={problem} kind="problem" />;
  return data === null ? <Loading what="the report" /> : <ReportViewer title={title} html={data} onClose={onClose} />;
}

const tones = { QUEUED: "waits", RUNNING: "works", COMPLETED: "good", FAILED: "bad", CANCELLED: "off" } as const;

interface CardProps {
  readonly simulation: Simulation;
  readonly isOpen: boolean;
  onDone(): void;
}

function SimulationCard({ simulation, isOpen, onDone }: CardProps) {
  const { id, title, state, progress, createdAt, problems, reportPath, reportBytes, outcomes } = simulation;
  const act = (work: () => Promise<unknown>, done: string) => () => void attempt(work, done).then(onDone);
  return (
    <Panel title={title} aside={<span class={`status ${tones[state]}`}>{state.toLowerCase()}</span>}>
      <div class="server-body">
        <p class="dim">
          <Ago at={createdAt} />
          {reportBytes !== null && ` · ${mebibytes(Math.max(1, reportBytes / 1024 ** 2))}`}
        </p>
        {isActive(simulation) && (
          <div class="progress">
            <Bar fraction={progress} label={`Progress of ${title}`} />
            <span>{percent(progress)}</span>
          </div>
        )}
        {problems.map((each) => (
          <p key={each} class="fault">
            {each}
          </p>
        ))}
        {outcomes.length > 0 && <Outcomes outcomes={outcomes} title={title} />}
        <div class="actions">
          {reportPath !== null && (
            <a
              class="button primary"
              href={`/reports?report=${encodeURIComponent(id)}`}
              aria-current={isOpen || undefined}
            >
              Open the report
            </a>
          )}
          {isActive(simulation) ? (
            <button type="button" onClick={act(() => api().cancelSimulation(id), "Cancelled")}>
              Cancel
            </button>
          ) : (
            <button
              type="button"
              onClick={act(() => api().deleteSimulation(id), "Removed")}
              aria-label={`Remove ${title}`}
            >
              Remove
            </button>
          )}
        </div>
      </div>
    </Panel>
  );
}

interface OutcomesProps {
  readonly title: string;
  readonly outcomes: Simulation["outcomes"];
}

function Outcomes({ title, outcomes }: OutcomesProps) {
  const best = (of: (outcome: Simulation["outcomes"][number]) => number): number => Math.min(...outcomes.map(of));
  const mark = (isBest: boolean): string => (isBest && outcomes.length > 1 ? "best" : "");
  const [wait, jct, makespan] = [best((o) => o.meanWait), best((o) => o.meanJct), best((o) => o.makespan)];
  return (
    <Wide label={`Outcomes of ${title}`}>
      <table class="figures compact">
        <thead>
          <tr>
            <th scope="col">Policy</th>
            <th scope="col">Mean wait</th>
            <th scope="col">Mean JCT</th>
            <th scope="col">Makespan</th>
            <th scope="col">In use</th>
          </tr>
        </thead>
        <tbody>
          {outcomes.map((outcome) => (
            <tr key={outcome.policy}>
              <th scope="row">{outcome.policy}</th>
              <td class={mark(outcome.meanWait === wait)}>{spanText(outcome.meanWait)}</td>
              <td class={mark(outcome.meanJct === jct)}>{spanText(outcome.meanJct)}</td>
              <td class={mark(outcome.makespan === makespan)}>{spanText(outcome.makespan)}</td>
              <td>{percent(outcome.utilisation)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
