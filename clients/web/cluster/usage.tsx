import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { UsageHistory } from "../../sdk/index.ts";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { Panel } from "../design/panel.tsx";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { type Line, Plot } from "./plot.tsx";
import { Segments } from "./segments.tsx";
import { mebibytes } from "./words.ts";

const SPANS = { "1h": 3_600, "6h": 21_600, "24h": 86_400, "7d": 604_800 } as const;
type Span = keyof typeof SPANS;
const LOOK_MILLIS = 10_000;
const POINTS = 180;

/** How much of a server was used over time. */
export function UsagePanel({ server }: { readonly server: string }) {
  const { query, path, route } = useLocation();
  const span: Span = query.span && query.span in SPANS ? (query.span as Span) : "1h";
  const { data, problem, reload } = useLive(
    `${server} ${span}`,
    (signal) =>
      api().usage(
        { server, from: new Date(Date.now() - 1000 * SPANS[span]).toISOString(), points: POINTS },
        { signal },
      ),
    { affects: () => false },
  );
  useEffect(() => {
    const timer = setInterval(reload, LOOK_MILLIS);
    return () => clearInterval(timer);
  }, [reload]);
  const history = data?.[0];
  const isKnown = history?.coresGranted.some((value) => value !== null) ?? false;
  const choose = (each: Span): void => route(each === "1h" ? path : `${path}?span=${each}`, true);
  const spans = (Object.keys(SPANS) as Span[]).map((each) => [each, each] as const);
  const choice = <Segments label="Span of time" choices={spans} chosen={span} onChoose={choose} />;
  return (
    <Panel title="Usage over time" aside={choice}>
      {problem && <Empty title={problem} kind="problem" />}
      {!data && !problem && <Loading what="usage" />}
      {data && !isKnown && (
        <Empty title="Nothing is known of this time yet">
          <p>Usage is sampled about every ten seconds while the server can be reached.</p>
        </Empty>
      )}
      {history && isKnown && <Plots history={history} />}
    </Panel>
  );
}

function Plots({ history }: { readonly history: UsageHistory }) {
  const at = history.at.map((each) => Date.parse(each) / 1000);
  const { gpus, cores, coresGranted, coresBusy, memoryMiB, memoryGrantedMiB, memoryResidentMiB } = history;
  return (
    <div class="plots">
      {gpus.length > 0 && (
        <Figure
          title="GPUs"
          at={at}
          top={100}
          show={(value) => `${Math.round(value)} %`}
          lines={[
            {
              name: "held by jobs",
              values: at.map((_, i) => mean(gpus.map(({ held }) => part(held[i])))),
              colour: "--off",
              isFilled: true,
            },
            {
              name: "busy",
              values: at.map((_, i) => mean(gpus.map(({ utilisationPercent }) => utilisationPercent[i] ?? null))),
              colour: "--works",
            },
          ]}
        />
      )}
      <Figure
        title="Cores"
        at={at}
        top={most(cores)}
        show={(value) => String(Math.round(10 * value) / 10)}
        lines={[
          { name: "held by jobs", values: coresGranted, colour: "--off", isFilled: true },
          { name: "busy", values: coresBusy, colour: "--works" },
        ]}
      />
      <Figure
        title="Memory"
        at={at}
        top={most(memoryMiB)}
        show={mebibytes}
        lines={[
          { name: "set aside for jobs", values: memoryGrantedMiB, colour: "--off", isFilled: true },
          { name: "in use by them", values: memoryResidentMiB, colour: "--works" },
        ]}
      />
    </div>
  );
}

interface FigureProps {
  readonly title: string;
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  readonly top: number | undefined;
  show(value: number): string;
}

/** A plot with a legend that tells the newest values. */
function Figure({ title, at, lines, top, show }: FigureProps) {
  const known = lines.filter(({ values }) => values.some((value) => value !== null));
  const last = ({ values }: Line): string => {
    const value = values.findLast((each) => each !== null);
    return value === null || value === undefined ? "not known" : show(value);
  };
  const told = known.map((line) => `${line.name} ${last(line)}`).join(", ");
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
        {known.map((line) => (
          <span key={line.name} class="legend">
            <span class="swatch" style={{ background: `var(${line.colour})` }} aria-hidden="true" />
            {line.name} <b>{last(line)}</b>
          </span>
        ))}
      </figcaption>
      <Plot label={`${title} over time; now ${told}`} at={at} lines={known} top={top} show={show} />
    </figure>
  );
}

const part = (held: number | null | undefined): number | null =>
  held === null || held === undefined ? null : 100 * held;

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

const most = (values: readonly (number | null)[]): number | undefined => {
  const top = Math.max(0, ...values.map((value) => value ?? 0));
  return top > 0 ? top : undefined;
};
