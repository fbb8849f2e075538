import "./submit.css";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { AuthError, type Job, type JobForecast, SchedulearnError } from "../../sdk/index.ts";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { api } from "../live/client.ts";
import { messageOf, refused } from "../live/link.ts";
import { useLive } from "../live/use-live.ts";
import { type SpecFault, SpecSchema } from "./check.ts";
import { Expected } from "./expected.tsx";
import { Form } from "./form.tsx";
import type { Spec } from "./spec.ts";
import { Faults, Submitted } from "./told.tsx";
import { Editor, specIn, textOf } from "./yaml.tsx";

type Tab = "form" | "yaml";

/** What the last request has brought; it is of the spec as it was then. */
type Outcome =
  | { readonly kind: "submitted"; readonly job: Job }
  | { readonly kind: "expected"; readonly forecast: JobForecast }
  | { readonly kind: "failed"; readonly message: string };

const EMPTY: Spec = { command: "" };

export function SubmitPage() {
  const { query } = useLocation();
  const from = query.from ?? "";
  const start = useLive(
    `submit ${from}`,
    async (signal) => {
      const [schema, job] = await Promise.all([SpecSchema.load(), from ? api().job(from, { signal }) : null]);
      return { schema, job };
    },
    { affects: () => false },
  );
  if (start.problem) return <Empty title={start.problem} kind="problem" />;
  if (!start.data || start.isStale) return <Loading what="the form" />;
  const { schema, job } = start.data;
  if (from && !job)
    return (
      <Empty title={`There is no job ${from}`}>
        <a href="/submit">An empty form</a>
      </Empty>
    );
  return <Submit key={from} schema={schema} initial={(job?.spec as Spec) ?? EMPTY} secrets={job?.secretNames ?? []} />;
}

interface Props {
  readonly schema: SpecSchema;
  readonly initial: Spec;
  /** What the job that is submitted again had, and whose values nobody knows. */
  readonly secrets: readonly string[];
}

function Submit({ schema, initial, secrets }: Props) {
  const [spec, setSpec] = useState(initial);
  const [text, setText] = useState(() => textOf(initial));
  const [tab, setTab] = useState<Tab>("form");
  const [syntax, setSyntax] = useState<string | null>(null);
  const [told, setTold] = useState<readonly SpecFault[]>([]);
  const [wasTried, setTried] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isBusy, setBusy] = useState(false);

  const missing = (path: string): boolean => !wasTried && path === "command"; // not a fault before there was time to type it
  const found = syntax ? [] : schema.faultsOf(spec).filter(({ path }) => !missing(path));
  const faults = [...found, ...told.filter(({ path }) => !found.some((fault) => fault.path === path))];

  /** What the server has said was said of another spec. */
  const forget = (): void => {
    setTold([]);
    if (outcome?.kind !== "submitted") setOutcome(null);
  };
  const fromForm = (next: Spec): void => {
    setSpec(next);
    setText(textOf(next));
    forget();
  };
  const fromText = (next: string): void => {
    setText(next);
    forget();
    const read = specIn(next);
    setSyntax(typeof read === "string" ? read : null);
    if (typeof read !== "string") setSpec(read);
  };

  async function ask(work: () => Promise<Outcome>): Promise<void> {
    setTried(true);
    setOutcome(null);
    setTold([]);
    if (syntax || schema.faultsOf(spec).length > 0) return setTab(syntax ? "yaml" : tab);
    setBusy(true);
    try {
      setOutcome(await work());
    } catch (error) {
      if (error instanceof AuthError) refused(error);
      else if (error instanceof SchedulearnError) setTold(error.faults.map(faultOf));
      else setOutcome({ kind: "failed", message: messageOf(error) });
    } finally {
      setBusy(false);
    }
  }
  const forecast = (): Promise<void> =>
    ask(async () => {
      const { hypothetical } = await api().forecast({ jobs: [], hypothetical: { yaml: text } });
      const [expected] = hypothetical;
      if (!expected) throw new Error("the server has no forecast");
      return { kind: "expected", forecast: expected };
    });
  const submit = (): Promise<void> => ask(async () => ({ kind: "submitted", job: await api().submit({ yaml: text }) }));

  return (
    <form
      class="submit"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <PageTitle title="New job">
        <div class="tabs" role="tablist" aria-label="How the job is written">
          {(["form", "yaml"] as const).map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`tab-${each}`}
              aria-selected={tab === each}
              aria-controls="spec"
              disabled={each === "form" && syntax !== null}
              title={each === "form" && syntax ? "The YAML has to be mended first" : undefined}
              onClick={() => setTab(each)}
            >
              {each === "form" ? "Form" : "YAML"}
            </button>
          ))}
        </div>
      </PageTitle>
      {outcome?.kind === "submitted" && <Submitted job={outcome.job} />}
      {secrets.length > 0 && (
        <p class="note">
          The job had secrets: {secrets.join(", ")}. Nobody knows their values; give them again if they are needed.
        </p>
      )}
      <div id="spec" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === "form" ? (
          <Form schema={schema} spec={spec} faults={faults} onChange={fromForm} />
        ) : (
          <Editor text={text} isFaulty={syntax !== null || faults.length > 0} onChange={fromText} />
        )}
      </div>
      <Faults syntax={syntax} faults={faults} />
      <footer class="submit-actions">
        <div class="submit-said" role="status">
          {isBusy && "One moment…"}
          {outcome?.kind === "failed" && <span class="fault">{outcome.message}</span>}
          {outcome?.kind === "expected" && <Expected forecast={outcome.forecast} />}
        </div>
        <button type="button" disabled={isBusy} onClick={() => void forecast()}>
          Forecast
        </button>
        <button type="submit" class="primary" disabled={isBusy}>
          Submit
        </button>
      </footer>
    </form>
  );
}

/** The server's message names the field and the line; beside the field neither is needed. */
function faultOf({ path, message }: SchedulearnError["faults"][number]): SpecFault {
  const at = path?.join(".") ?? "";
  const bare = message.startsWith(`${at}: `) ? message.slice(at.length + 2) : message;
  return { path: at, message: bare.replace(/ \(line \d+, column \d+\)$/, "") };
}
