import { useRef, useState } from "preact/hooks";
import { Ask, numberIn, textIn } from "../design/ask.tsx";
import { Field } from "../design/field.tsx";
import { Icon } from "../design/icon.tsx";
import type { JobPage } from "../generated/operations.ts";
import { api } from "../live/client.ts";
import { attempt } from "../live/toasts.ts";
import { useLive } from "../live/use-live.ts";
import type { Spec } from "../submit/spec.ts";

interface Props {
  readonly job: JobPage;
  readonly isHeld: boolean;
}

type Question = "cancel" | "migrate" | "priority" | "delete";

/** What can be done with the job as it is now. */
export function Actions({ job, isHeld }: Props) {
  const [asked, setAsked] = useState<Question | null>(null);
  const { status, id } = job;
  const isOver = job.endedAt !== null;
  const isResting = isHeld || (status === "PAUSED" && job.pausedBy === "USER");
  const put = (question: Question | null) => () => setAsked(question);
  const dialog = (question: Question) => ({ job, isOpen: asked === question, onClose: put(null) });
  return (
    <div class="page-actions">
      {isResting && (
        <button type="button" class="primary" onClick={() => void attempt(() => api().resume(id), `${id} goes on`)}>
          Resume
        </button>
      )}
      {!isResting && (status === "RUNNING" || status === "PENDING") && (
        <button type="button" onClick={() => void attempt(() => api().pause(id), `${id} is paused`)}>
          Pause
        </button>
      )}
      {status === "RUNNING" && (
        <button type="button" onClick={put("migrate")}>
          Migrate…
        </button>
      )}
      {!isOver && status !== "CANCELLING" && (
        <button type="button" class="danger" onClick={put("cancel")}>
          Cancel…
        </button>
      )}
      {(status === "FAILED" || status === "CANCELLED") && (
        <button
          type="button"
          class="primary"
          onClick={() => void attempt(() => api().retry(id), `${id} is queued again`)}
        >
          Retry
        </button>
      )}
      <More>
        {!isOver && (
          <button type="button" onClick={put("priority")}>
            Change priority…
          </button>
        )}
        <a class="button" href={`/submit?from=${id}`}>
          Submit again…
        </a>
        <Copy text={() => commandFor(job)} what="command line" />
        <Copy text={() => yamlOf(job)} what="YAML" />
        <button type="button" class="danger" onClick={put("delete")}>
          Delete…
        </button>
      </More>
      <Cancel {...dialog("cancel")} />
      <Migrate {...dialog("migrate")} />
      <Priority {...dialog("priority")} />
      <Delete {...dialog("delete")} />
    </div>
  );
}

/** What one does more rarely. It closes when something of it is chosen, when the focus leaves, and with Escape. */
function More({ children }: { readonly children: preact.ComponentChildren }) {
  const element = useRef<HTMLDetailsElement>(null);
  const close = (): void => element.current?.removeAttribute("open");
  return (
    <details
      ref={element}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        close();
        element.current?.querySelector("summary")?.focus();
      }}
      onBlurCapture={({ relatedTarget }) => {
        if (relatedTarget instanceof Node && !element.current?.contains(relatedTarget)) close();
      }}
    >
      <summary class="button">
        More <Icon name="down" />
      </summary>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: its buttons are what is clicked, by keys too */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: likewise */}
      <div class="menu-items" onClick={close}>
        {children}
      </div>
    </details>
  );
}

const Copy = ({ text, what }: { text(): Promise<string>; readonly what: string }) => (
  <button
    type="button"
    onClick={() => void attempt(async () => navigator.clipboard.writeText(await text()), `The ${what} is copied`)}
  >
    Copy {what}
  </button>
);

/** What writes YAML is fetched when somebody wants some. */
async function yamlOf({ spec }: JobPage): Promise<string> {
  const { textOf } = await import("../submit/yaml.tsx");
  return textOf(spec as Spec);
}

/** What submits the same from a terminal. */
async function commandFor(job: JobPage): Promise<string> {
  const yaml = await yamlOf(job);
  const mark = /^JOB$/m.test(yaml) ? "END_OF_JOB" : "JOB";
  return `schedulearn submit - <<'${mark}'\n${yaml}${mark}\n`;
}

interface DialogProps {
  readonly job: JobPage;
  readonly isOpen: boolean;
  onClose(): void;
}

const Cancel = ({ job, isOpen, onClose }: DialogProps) => (
  <Ask
    title={`Cancel ${job.id}?`}
    action="Cancel the job"
    isDangerous
    {...{ isOpen, onClose }}
    send={async (form) => {
      await api().cancel(job.id, numberIn(form, "graceSeconds"));
      return `${job.id} is being cancelled`;
    }}
  >
    {(faultOf) => (
      <>
        <p>It is stopped and does not go on by itself. Its record, output and checkpoint stay.</p>
        <Field label="Seconds that it has to save its work" fault={faultOf("graceSeconds")}>
          {(control) => (
            <input {...control} name="graceSeconds" type="number" min={0} step="any" placeholder="as it asked for" />
          )}
        </Field>
      </>
    )}
  </Ask>
);

const Delete = ({ job, isOpen, onClose }: DialogProps) => (
  <Ask
    title={`Delete ${job.id}?`}
    action="Delete it for good"
    isDangerous
    {...{ isOpen, onClose }}
    send={async () => {
      await api().delete(job.id);
      return job.endedAt === null ? `${job.id} is stopped and then deleted` : `${job.id} is deleted`;
    }}
  >
    {() => (
      <p>
        {job.endedAt === null && "It is stopped first. "}
        The record of <bdi>{job.name}</bdi>, its output and its checkpoint are removed. This cannot be undone.
      </p>
    )}
  </Ask>
);

function Migrate({ job, isOpen, onClose }: DialogProps) {
  const { data: servers } = useLive(isOpen ? "servers" : "", async () => (isOpen ? api().servers() : []));
  const others = (servers ?? []).filter(({ name }) => name !== job.server?.name);
  return (
    <Ask
      title={`Migrate ${job.id}`}
      action="Migrate"
      {...{ isOpen, onClose }}
      send={async (form) => {
        const { to } = await api().migrate(job.id, textIn(form, "to"), { live: form.get("live") !== null });
        return `${job.id} moves to ${to}`;
      }}
    >
      {(faultOf) => (
        <>
          <p>It saves its checkpoint, stops, and goes on there. If that fails it goes back to where it was.</p>
          <Field label="To" fault={faultOf("to")}>
            {(control) => (
              <select {...control} name="to">
                <option value="">where it fits best</option>
                {others.map(({ name, state, gpus }) => (
                  <option key={name} value={name}>
                    {name} ({state.toLowerCase()}, {gpus.filter((gpu) => gpu.state === "IDLE").length} of {gpus.length}{" "}
                    GPUs free)
                  </option>
                ))}
              </select>
            )}
          </Field>
          <label class="check">
            <input type="checkbox" name="live" /> As it runs, with its memory
          </label>
          <span class="fault">{faultOf("live")}</span>
        </>
      )}
    </Ask>
  );
}

const Priority = ({ job, isOpen, onClose }: DialogProps) => (
  <Ask
    title={`Priority of ${job.id}`}
    action="Change"
    {...{ isOpen, onClose }}
    send={async (form) => {
      const priority = numberIn(form, "priority") ?? 0;
      await api().update(job.id, { priority });
      return `${job.id} has priority ${priority}`;
    }}
  >
    {(faultOf) => (
      <Field label="Priority" hint="Higher goes first, under the policies that look at it" fault={faultOf("priority")}>
        {(control) => (
          <input {...control} name="priority" type="number" step={1} defaultValue={String(job.priority)} required />
        )}
      </Field>
    )}
  </Ask>
);
