import type { GetPoliciesResult, Policy } from "../../sdk/index.ts";
import { Ask } from "../design/ask.tsx";
import { Field } from "../design/field.tsx";
import { counted } from "../design/words.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { OptionFields, optionsIn } from "./policy-options.tsx";

interface Props {
  /** The policy that is to be in force; null: nothing is asked. */
  readonly policy: Policy | null;
  readonly placements: GetPoliciesResult["placements"];
  onClose(): void;
  onDone(): void;
}

/** Sets a policy with its options and a placement, after it was said what becomes of the jobs. */
export const SwitchPolicy = ({ policy, placements, onClose, onDone }: Props) => (
  <Ask
    title={policy?.active ? `Options of ${policy.key}` : `Switch to ${policy?.key ?? ""}`}
    action={policy?.active ? "Set" : "Switch"}
    isOpen={policy !== null}
    onClose={onClose}
    send={async (form) => {
      if (!policy) return "";
      const placement = String(form.get("placement"));
      await api().setPolicy({ policy: policy.key, options: optionsIn(form, policy), placement });
      onDone();
      return `${policy.key} with placement ${placement} is in force`;
    }}
  >
    {(faultOf) =>
      policy && (
        <>
          <Consequences policy={policy} />
          <OptionFields policy={policy} faultOf={faultOf} />
          <Field
            label="Placement"
            hint={placements.find(({ active }) => active)?.description}
            fault={faultOf("placement")}
          >
            {(control) => (
              <select {...control} name="placement">
                {placements.map(({ key, active }) => (
                  <option key={key} selected={active}>
                    {key}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </>
      )
    }
  </Ask>
);

/** What becomes of the jobs that run. */
function Consequences({ policy: { preemptive, elastic } }: { readonly policy: Policy }) {
  const { data: running } = useLive("running-count", (signal) =>
    api().jobs({ filter: { phase: "RUNNING" }, first: 1 }, { signal }),
  );
  const count = running?.total ?? 0;
  const jobs = count === 0 ? "No job runs now." : `${counted(count, "job")} ${count === 1 ? "runs" : "run"} now.`;
  return (
    <div class="consequences" role="note">
      <p>{jobs} The switch itself stops none: they go on, and the next round decides by the new rule.</p>
      <p>
        {preemptive
          ? "It may preempt: a job that gives way saves a checkpoint, stops, and waits for its turn."
          : "It preempts nobody: who runs, runs to its end."}{" "}
        {elastic
          ? "It changes sizes: elastic jobs may get more or fewer GPUs, most of them by a restart from their checkpoint."
          : "It leaves sizes as they are."}
      </p>
    </div>
  );
}
