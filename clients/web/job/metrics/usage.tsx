import { useEffect } from "preact/hooks";
import { Panel } from "../../design/panel.tsx";
import { api } from "../../live/client.ts";
import { useLive } from "../../live/use-live.ts";
import { Plot } from "./plot.tsx";
import type { Curves, Series } from "./series.ts";

/** As often as the server looks. */
const EVERY_MILLIS = 10_000;
const POINTS = 300;

/** What the job really uses of its servers, over its life. */
export function UsagePanel({ job, isOver }: { readonly job: string; readonly isOver: boolean }) {
  const { data, reload } = useLive(job, (signal) => api().jobUsage(job, { points: POINTS }, { signal }), {
    affects: ({ jobId, type }) => jobId === job && type !== "RunProgressed",
  });
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, EVERY_MILLIS);
    return () => clearInterval(timer);
  }, [isOver, reload]);
  const history = data?.usageHistory;
  if (!history) return null;
  const times = history.at.map((at) => Date.parse(at) / 1000);
  const plots = [
    { title: "Processor, % of one core", values: history.cpuPercent, unit: "%" },
    { title: "Memory, MiB", values: history.memoryMiB, unit: "MiB" },
    { title: "GPUs, % busy", values: history.gpuUtilisationPercent, unit: "%", range: [0, 100] as const },
    { title: "GPU memory, MiB", values: history.gpuMemoryUsedMiB, unit: "MiB" },
  ].filter(({ values }) => values.some((value) => value !== null));
  return (
    <Panel title="Use of its servers">
      {plots.length === 0 ? (
        <p class="none">Nothing was measured yet.</p>
      ) : (
        <div class="plots">
          {plots.map(({ title, unit, values, range }) => {
            const series: Series = { name: title.split(",")[0] ?? title, unit, values: [...values] };
            const curves: Curves = { times, series: [series] };
            return <Plot key={title} title={title} curves={curves} sync={`${job} usage`} {...(range && { range })} />;
          })}
        </div>
      )}
    </Panel>
  );
}
