import { Empty } from "../../design/empty.tsx";
import { Loading } from "../../design/loading.tsx";
import { Panel } from "../../design/panel.tsx";
import { counted } from "../../design/words.ts";
import "./metrics.css";
import { Plot } from "./plot.tsx";
import { UsagePanel } from "./usage.tsx";
import { useProgress } from "./use-progress.ts";

interface Props {
  readonly job: string;
  readonly isOver: boolean;
}

/** Curves of what the job tells, and of what it uses. */
export function Metrics({ job, isOver }: Props) {
  const { curves, isLoaded, problem } = useProgress(job, isOver);
  return (
    <div class="metrics">
      <Panel title="Progress and metrics" aside={isLoaded ? counted(curves.times.length, "point") : undefined}>
        {problem !== null && <p class="fault none">{problem}</p>}
        {!isLoaded && curves.series.length === 0 && <Loading what="the curves" />}
        {isLoaded && curves.series.length === 0 && problem === null && (
          <Empty title={isOver ? "It told no progress" : "It has told no progress yet"}>
            <p>
              Lines such as <code>epoch=3/10 loss=0.41</code> or tqdm's bars are read by themselves.
            </p>
          </Empty>
        )}
        <div class="plots">
          {curves.series.map((series) => (
            <Plot
              key={series.name}
              title={series.unit === "" ? series.name : `${series.name}, ${series.unit}`}
              curves={{ times: curves.times, series: [series] }}
              sync={job}
              {...(series.unit === "%" && { range: [0, 100] as const })}
            />
          ))}
        </div>
      </Panel>
      <UsagePanel job={job} isOver={isOver} />
    </div>
  );
}
