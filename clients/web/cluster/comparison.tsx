import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Forecast, JobForecast, Policy } from "../../sdk/index.ts";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { Panel } from "../design/panel.tsx";
import { span as spanText } from "../design/time.ts";
import { counted } from "../design/words.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { Wide } from "./wide.tsx";

/** Compared with the one in force unless others are chosen. */
const USUAL = ["fifo", "srtf", "tiresias", "goodput"];
const MOST = 8;
const MOST_JOBS = 100;
const EVERY_MILLIS = 15_000;

type Outlook = Forecast["policies"][number];
type Figure = "meanWait" | "meanJct" | "makespan";

const FIGURES: readonly (readonly [key: Figure, title: string, hint: string])[] = [
  ["meanWait", "Mean wait", "from now until those that wait train"],
  ["meanJct", "Mean JCT", "from submission until they are over"],
  ["makespan", "Makespan", "from now until the last is over"],
];

/** What the jobs of now would come to under several policies. */
export function Comparison({ policies }: { readonly policies: readonly Policy[] }) {
  const { query, path, route } = useLocation();
  const inForce = policies.find(({ active }) => active)?.key ?? "";
  const known = new Set(policies.map(({ key }) => key));
  const asked = query.compare?.split(",").filter((key) => known.has(key)) ?? [];
  const chosen = asked.length > 0 ? asked : [...new Set([inForce, ...USUAL])].filter((key) => known.has(key));
  const { data, problem, isStale } = useLive(
    `compare ${chosen.join()} ${inForce}`,
    (signal) => api().forecast({ policies: chosen, first: MOST_JOBS }, { signal }),
    { everyMillis: EVERY_MILLIS, affects: ({ type }) => type !== "RunProgressed" },
  );
  const toggle = (key: string): void => {
    const next = chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key];
    if (next.length > 0 && next.length <= MOST) route(`${path}?compare=${next.join(",")}`, true);
  };
  const hasJobs = (data?.policies[0]?.jobCount ?? 0) > 0;
  return (
    <Panel title="Compare by forecast" aside={data && hasJobs ? counted(data.policies[0]?.jobCount ?? 0, "job") : ""}>
      <fieldset class="choices" aria-label="Policies to compare">
        {policies.map(({ key }) => (
          <label key={key} class="choice">
            <input type="checkbox" checked={chosen.includes(key)} onChange={() => toggle(key)} />
            <span>{key}</span>
          </label>
        ))}
      </fieldset>
      {problem && <Empty title={problem} kind="problem" />}
      {!data && !problem && <Loading what="the forecast" />}
      {data && !hasJobs && (
        <Empty title="No job waits or runs">
          <p>
            The comparison plays the present through under each policy. For what has been,{" "}
            <a href="/reports">compare over the history</a>.
          </p>
        </Empty>
      )}
      {data && hasJobs && (
        <div class={isStale ? "stale" : ""} aria-busy={isStale}>
          <Figures outlooks={data.policies} inForce={inForce} />
          <JobTable at={data.at} outlooks={data.policies} />
        </div>
      )}
    </Panel>
  );
}

function Figures({ outlooks, inForce }: { readonly outlooks: readonly Outlook[]; readonly inForce: string }) {
  const most = (key: Figure): number => Math.max(...outlooks.map(({ summary }) => summary[key] ?? 0));
  const least = (key: Figure): number => Math.min(...outlooks.map(({ summary }) => summary[key] ?? Infinity));
  const untold = Math.max(...outlooks.map(({ jobCount, summary }) => jobCount - summary.told));
  return (
    <>
      <Wide label="What each policy comes to">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Policy</th>
              {FIGURES.map(([key, title, hint]) => (
                <th key={key} scope="col">
                  {title}
                  <small>{hint}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {outlooks.map(({ policy, summary }) => (
              <tr key={policy}>
                <th scope="row">
                  {policy} {policy === inForce && <span class="status good">in force</span>}
                </th>
                {FIGURES.map(([key]) => (
                  <FigureCell
                    key={key}
                    seconds={summary[key]}
                    most={most(key)}
                    isBest={outlooks.length > 1 && summary[key] === least(key) && least(key) < most(key)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <p class="dim note">
        By the middle of what is to be expected if nobody submits anything more; the best of each column is marked.
        {untold > 0 &&
          ` Of ${counted(untold, "job")} nothing can be told: nobody has said, and nothing tells yet, how long they take.`}
      </p>
    </>
  );
}

interface CellProps {
  readonly seconds: number | null;
  readonly most: number;
  readonly isBest: boolean;
}

const FigureCell = ({ seconds, most, isBest }: CellProps) => (
  <td class={isBest ? "best" : ""}>
    {seconds === null ? (
      "–"
    ) : (
      <>
        <span class="figure-track" aria-hidden="true">
          <span class="meter-fill" style={{ width: `${most > 0 ? (100 * seconds) / most : 0}%` }} />
        </span>
        <span class="unbroken">{spanText(seconds)}</span>
        {isBest && <span class="visually-hidden"> (the best)</span>}
      </>
    )}
  </td>
);

/** When each job starts and ends under each policy. */
function JobTable({ at, outlooks }: { readonly at: string; readonly outlooks: readonly Outlook[] }) {
  const [isOpen, setOpen] = useState(false);
  const [first] = outlooks;
  return (
    <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Start and end of each job</summary>
      {isOpen && (
        <Wide label="Start and end of each job under each policy">
          <table>
            <thead>
              <tr>
                <th scope="col">Job</th>
                {outlooks.map(({ policy }) => (
                  <th key={policy} scope="col">
                    {policy}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {first?.jobs.map((job, i) => (
                <tr key={job.job}>
                  <th scope="row">
                    <a href={`/jobs/${job.job}`}>
                      <bdi>{job.name ?? job.job}</bdi>
                    </a>
                  </th>
                  {outlooks.map(({ policy, jobs }) => (
                    <td key={policy} class="unbroken">
                      {momentsOf(jobs[i], Date.parse(at))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {first && first.jobCount > first.jobs.length && (
            <p class="dim note">{counted(first.jobCount - first.jobs.length, "more job")}</p>
          )}
        </Wide>
      )}
    </details>
  );
}

/** `starts in 3 min, over in 2 h`. */
function momentsOf(job: JobForecast | undefined, at: number): string {
  if (!job) return "–";
  const within = (moment: string | null | undefined): string | null =>
    moment ? spanText((Date.parse(moment) - at) / 1000) : null;
  const [start, end] = [within(job.startsAt?.p50), within(job.endsAt?.p50)];
  if (end === null) return job.reason ?? "not known";
  return start === null ? `over in ${end}` : `starts in ${start}, over in ${end}`;
}
