import { useState } from "preact/hooks";
import type { GetPoliciesResult, Policy } from "../../sdk/index.ts";
import { Empty } from "../design/empty.tsx";
import { Loading } from "../design/loading.tsx";
import { PageTitle } from "../design/page-title.tsx";
import { Panel } from "../design/panel.tsx";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import "./cluster.css";
import { Comparison } from "./comparison.tsx";
import { EstimatesPanel } from "./estimates.tsx";
import { optionText } from "./policy-options.tsx";
import { SwitchPolicy } from "./switch-policy.tsx";

/** Which rule decides, what else could, and what that would come to. */
export function PoliciesPage() {
  const { data, problem, reload } = useLive("policies", (signal) => api().policies({ signal }), {
    affects: ({ type }) => type === "PolicyChanged",
  });
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <>
      <PageTitle title="Policies" />
      {problem && <Empty title={problem} kind="problem" />}
      {!data && !problem && <Loading what="policies" />}
      {data && (
        <div class="policies">
          <InForce {...data} onChange={setAsked} />
          <Comparison policies={data.policies} />
          <All policies={data.policies} onSwitch={setAsked} />
          <EstimatesPanel />
          <SwitchPolicy
            policy={data.policies.find(({ key }) => key === asked) ?? null}
            placements={data.placements}
            onClose={() => setAsked(null)}
            onDone={reload}
          />
        </div>
      )}
    </>
  );
}

function InForce({ policies, placements, onChange }: GetPoliciesResult & { onChange(key: string): void }) {
  const policy = policies.find(({ active }) => active);
  const placement = placements.find(({ active }) => active);
  if (!policy || !placement) return null;
  return (
    <Panel
      title="In force"
      aside={
        <button type="button" onClick={() => onChange(policy.key)}>
          Change…
        </button>
      }
    >
      <dl class="in-force">
        <div>
          <dt>Policy</dt>
          <dd>
            <strong>{policy.key}</strong> <Traits policy={policy} />
            <p>{policy.description}</p>
            <ul class="chips" aria-label="Its options">
              {Object.entries(policy.values ?? {}).map(([name, value]) => (
                <li key={name}>
                  <code>
                    {name}={optionText(value) || "none"}
                  </code>
                </li>
              ))}
            </ul>
          </dd>
        </div>
        <div>
          <dt>Placement</dt>
          <dd>
            <strong>{placement.key}</strong>
            <p>{placement.description}</p>
          </dd>
        </div>
      </dl>
    </Panel>
  );
}

const Traits = ({ policy: { preemptive, elastic, needs } }: { readonly policy: Policy }) => (
  <>
    {preemptive && <span class="status rests">preempts</span>} {elastic && <span class="status works">elastic</span>}{" "}
    {needs.length > 0 && (
      <small class="dim">looks at {needs.map((need) => need.toLowerCase().replace("_", "-")).join(", ")}</small>
    )}
  </>
);

interface AllProps {
  readonly policies: readonly Policy[];
  onSwitch(key: string): void;
}

const All = ({ policies, onSwitch }: AllProps) => (
  <Panel title="All policies">
    <ul class="policy-list">
      {policies.map((policy) => (
        <li key={policy.key}>
          <details>
            <summary>
              <strong>{policy.key}</strong>
              {policy.active && <span class="status good">in force</span>}
              <Traits policy={policy} />
            </summary>
            <div class="policy-body">
              <p>{policy.description}</p>
              {policy.options.length > 0 && (
                <dl class="facts">
                  {policy.options.map(({ name, description, default: usual }) => (
                    <div key={name}>
                      <dt>
                        <code>{name}</code>
                      </dt>
                      <dd>
                        {description} <span class="dim">Default: {optionText(usual) || "none"}.</span>
                      </dd>
                    </div>
                  ))}
                </dl>
              )}
            </div>
          </details>
          <button
            type="button"
            onClick={() => onSwitch(policy.key)}
            aria-label={policy.active ? `Options of ${policy.key}` : `Switch to ${policy.key}`}
          >
            {policy.active ? "Options…" : "Switch…"}
          </button>
        </li>
      ))}
    </ul>
  </Panel>
);
