import { useState } from "preact/hooks";
import type { Policy, SimulateInput } from "../../sdk/index.ts";
import { Ask, numberIn, textIn } from "../design/ask.tsx";
import { Field } from "../design/field.tsx";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { Segments } from "./segments.tsx";

interface Props {
  readonly isOpen: boolean;
  onClose(): void;
  onDone(): void;
}

type Source = "history" | "drawn";

const USUAL = ["fifo", "srtf", "tiresias", "goodput"];
const DAYS = [
  ["", "all of it"],
  ["1", "the last day"],
  ["7", "the last 7 days"],
  ["30", "the last 30 days"],
] as const;

/** What is to be compared, and over which jobs. */
export function SimulateForm({ isOpen, onClose, onDone }: Props) {
  const [source, setSource] = useState<Source>("history");
  const { data } = useLive("policies", (signal) => api().policies({ signal }), { affects: () => false });
  return (
    <Ask
      title="Compare policies"
      action="Start"
      isOpen={isOpen}
      onClose={onClose}
      send={async (form) => {
        await api().simulate(inputFrom(form, source));
        onDone();
        return "The comparison has begun";
      }}
    >
      {(faultOf) => (
        <>
          <p>
            Each policy schedules the same jobs from their beginning, in virtual time and beside all that runs here.
            None is told how long jobs take.
          </p>
          <PolicyChoice policies={data?.policies ?? []} fault={faultOf("policies")} />
          <Segments<Source>
            label="Jobs"
            choices={[
              ["history", "What has run here"],
              ["drawn", "Drawn by lot"],
            ]}
            chosen={source}
            onChoose={setSource}
          />
          {source === "history" ? (
            <Field label="Of the history" fault={faultOf("from")}>
              {(control) => (
                <select {...control} name="days">
                  {DAYS.map(([days, words]) => (
                    <option key={days} value={days}>
                      {words}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          ) : (
            <div class="field-row">
              <Field
                label="Jobs"
                hint="As simulate --generate: philly, nas, class or plain, with jobs=N, users=N and more."
                fault={faultOf("generate")}
              >
                {(control) => (
                  <input {...control} name="generate" defaultValue="philly,jobs=200" required spellcheck={false} />
                )}
              </Field>
              <Field label="Seed" hint="Another draws other jobs." fault={faultOf("seed")}>
                {(control) => <input {...control} name="seed" type="number" min="0" step="1" defaultValue="1" />}
              </Field>
            </div>
          )}
          <Field
            label="Servers"
            hint="Empty: those that are here. 4x8: four of eight GPUs each."
            fault={faultOf("cluster")}
          >
            {(control) => (
              <input {...control} name="cluster" placeholder="those here" autoComplete="off" spellcheck={false} />
            )}
          </Field>
        </>
      )}
    </Ask>
  );
}

const PolicyChoice = ({ policies, fault }: { readonly policies: readonly Policy[]; readonly fault: string | null }) => (
  <fieldset class="choices bare">
    <legend>Policies, at most 8</legend>
    {policies.map(({ key, active }) => (
      <label key={key} class="choice">
        <input type="checkbox" name="policy" value={key} defaultChecked={active || USUAL.includes(key)} />
        <span>{key}</span>
      </label>
    ))}
    {fault && <small class="fault">{fault}</small>}
  </fieldset>
);

function inputFrom(form: FormData, source: Source): SimulateInput {
  const policies = form.getAll("policy").map(String);
  const cluster = textIn(form, "cluster") ?? null;
  if (source === "drawn")
    return { policies, cluster, generate: textIn(form, "generate") ?? "", seed: numberIn(form, "seed") ?? 1 };
  const days = numberIn(form, "days");
  return {
    policies,
    cluster,
    from: days === undefined ? null : new Date(Date.now() - days * 86_400_000).toISOString(),
  };
}
