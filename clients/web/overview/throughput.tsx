import { Panel } from "../design/panel.tsx";
import type { GetOutcomesResult } from "../generated/operations.ts";

type Outcomes = GetOutcomesResult["outcomes"];

const parts = ["failed", "cancelled", "completed"] as const;

/** How many jobs ended in each of the last hours, by how. */
export function Throughput({ outcomes }: { readonly outcomes: Outcomes | null }) {
  const hours = outcomes ?? [];
  const most = Math.max(1, ...hours.map(all));
  const ended = hours.reduce((sum, hour) => sum + all(hour), 0);
  const completed = hours.reduce((sum, { completed }) => sum + completed, 0);
  return (
    <Panel title="Throughput" aside={outcomes && `${ended} ended in 24 hours, ${completed} well`}>
      <div class="throughput" role="img" aria-label={`Jobs that ended in each of the last 24 hours: ${listOf(hours)}`}>
        {hours.map((hour) => (
          <div key={hour.at} class="hour" data-tip={wordsOf(hour)}>
            {parts.map((part) => (
              <span key={part} class={`hour-part ${part}`} style={{ blockSize: `${(100 * hour[part]) / most}%` }} />
            ))}
          </div>
        ))}
      </div>
      <div class="throughput-axis" aria-hidden="true">
        <span>24 h ago</span>
        <span>now</span>
      </div>
    </Panel>
  );
}

const all = ({ completed, failed, cancelled }: Outcomes[number]): number => completed + failed + cancelled;

const hourOf = (at: string): string => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

const wordsOf = ({ at, completed, failed, cancelled }: Outcomes[number]): string =>
  `From ${hourOf(at)}: ${completed} completed, ${failed} failed, ${cancelled} cancelled`;

const listOf = (hours: Outcomes): string =>
  hours
    .filter((hour) => all(hour) > 0)
    .map((hour) => wordsOf(hour))
    .join("; ") || "none";
