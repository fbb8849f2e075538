import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Server } from "../../sdk/index.ts";
import { Ask, numberIn, textIn } from "../design/ask.tsx";
import { Field } from "../design/field.tsx";
import { counted } from "../design/words.ts";
import { api } from "../live/client.ts";
import { attempt } from "../live/toasts.ts";

interface Props {
  readonly server: Server;
  /** It has changed: look again. */
  onDone(): void;
}

type Question = "cordon" | "drain" | "remove";

/** What can be done with a server. */
export function ServerActions({ server, onDone }: Props) {
  const [asked, setAsked] = useState<Question | null>(null);
  const { name } = server;
  const put = (open: Question | null) => () => setAsked(open);
  const take = (work: () => Promise<unknown>, done: string) => () => void attempt(work, done).then(onDone);
  const again = `${name} takes jobs again`;
  return (
    <>
      <div class="actions">
        {server.draining ? (
          <button type="button" onClick={take(() => api().drainServer(name, false), again)}>
            Undrain
          </button>
        ) : (
          <button type="button" onClick={put("drain")}>
            Drain…
          </button>
        )}
        {server.cordoned ? (
          <button type="button" onClick={take(() => api().cordonServer(name, false), again)}>
            Uncordon
          </button>
        ) : (
          <button type="button" onClick={put("cordon")}>
            Cordon…
          </button>
        )}
        <button type="button" class="danger" onClick={put("remove")}>
          Remove…
        </button>
      </div>
      <Cordon server={server} isOpen={asked === "cordon"} onClose={put(null)} onDone={onDone} />
      <Drain server={server} isOpen={asked === "drain"} onClose={put(null)} onDone={onDone} />
      <Remove server={server} isOpen={asked === "remove"} onClose={put(null)} onDone={onDone} />
    </>
  );
}

interface DialogProps extends Props {
  readonly isOpen: boolean;
  onClose(): void;
}

const REASON = "For others to read, such as “new disk”.";

const Cordon = ({ server: { name }, onDone, ...rest }: DialogProps) => (
  <Ask
    {...rest}
    title={`Cordon ${name}`}
    action="Cordon"
    send={async (form) => {
      await api().cordonServer(name, true, { reason: textIn(form, "reason") ?? null });
      onDone();
      return `${name} gets no new job`;
    }}
  >
    {(faultOf) => (
      <>
        <p>It gets no new job until it is uncordoned. Jobs that are on it stay.</p>
        <Field label="Reason" hint={REASON} fault={faultOf("reason")}>
          {(control) => <input {...control} name="reason" autoComplete="off" />}
        </Field>
      </>
    )}
  </Ask>
);

const Drain = ({ server: { name, jobs }, onDone, ...rest }: DialogProps) => (
  <Ask
    {...rest}
    title={`Drain ${name}`}
    action="Drain"
    send={async (form) => {
      const minutes = numberIn(form, "minutes");
      await api().drainServer(name, true, {
        reason: textIn(form, "reason") ?? null,
        deadlineSeconds: minutes === undefined ? null : 60 * minutes,
      });
      onDone();
      return `${name} is draining`;
    }}
  >
    {(faultOf) => (
      <>
        <p>
          It gets no new job, and {jobs.length === 0 ? "it has none" : `its ${counted(jobs.length, "job")} move away`}:
          each with its checkpoint, as soon as there is room elsewhere.
        </p>
        <Field
          label="Deadline, in minutes"
          hint="What still runs here then is preempted and waits for room. Empty: it may take its time."
          fault={faultOf("deadlineSeconds")}
        >
          {(control) => <input {...control} name="minutes" type="number" min="0" step="any" inputMode="decimal" />}
        </Field>
        <Field label="Reason" hint={REASON} fault={faultOf("reason")}>
          {(control) => <input {...control} name="reason" autoComplete="off" />}
        </Field>
      </>
    )}
  </Ask>
);

function Remove({ server: { name, jobs }, onDone, ...rest }: DialogProps) {
  const { route } = useLocation();
  return (
    <Ask
      {...rest}
      title={`Remove ${name}`}
      action="Remove"
      isDangerous
      send={async (form) => {
        await api().removeServer(name, { force: form.get("force") !== null });
        onDone();
        route("/servers");
        return `${name} is removed`;
      }}
    >
      {() => (
        <>
          <p>
            The scheduler forgets this server; nothing on the machine itself is deleted.{" "}
            {jobs.length > 0 && `${counted(jobs.length, "job")} still hold a part of it: drain it first, or force it.`}
          </p>
          <label class="check">
            <input type="checkbox" name="force" />
            <span>
              Force: its runs count as lost, and jobs whose only checkpoint lies on it begin again from the start
            </span>
          </label>
        </>
      )}
    </Ask>
  );
}
