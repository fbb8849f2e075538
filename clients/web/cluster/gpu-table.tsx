import { useState } from "preact/hooks";
import type { Gpu, Server } from "../../sdk/index.ts";
import { Ask, textIn } from "../design/ask.tsx";
import { Field } from "../design/field.tsx";
import { api } from "../live/client.ts";
import { attempt } from "../live/toasts.ts";
import { Wide } from "./wide.tsx";
import { mebibytes } from "./words.ts";

interface Props {
  readonly server: Server;
  onDone(): void;
}

const tones = { IDLE: "off", LEASED: "works", BUSY: "waits", FAULTY: "bad" } as const satisfies Record<
  Gpu["state"],
  string
>;
const words = { IDLE: "free", LEASED: "held", BUSY: "busy by others", FAULTY: "quarantined" } as const;

/** Each GPU of a server: whose it is, how busy, what is wrong with it. */
export function GpuTable({ server, onDone }: Props) {
  const [asked, setAsked] = useState<Gpu | null>(null);
  return (
    <>
      <Wide label="GPUs one by one">
        <table class="gpus">
          <thead>
            <tr>
              <th scope="col">GPU</th>
              <th scope="col">State</th>
              <th scope="col">Job</th>
              <th scope="col">Busy</th>
              <th scope="col">Memory</th>
              <th scope="col">°C</th>
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {server.gpus.map((gpu) => (
              <GpuRow key={gpu.id} gpu={gpu} onQuarantine={() => setAsked(gpu)} onDone={onDone} />
            ))}
          </tbody>
        </table>
      </Wide>
      <Quarantine gpu={asked} onClose={() => setAsked(null)} onDone={onDone} />
    </>
  );
}

interface RowProps {
  readonly gpu: Gpu;
  onQuarantine(): void;
  onDone(): void;
}

function GpuRow({ gpu, onQuarantine, onDone }: RowProps) {
  const { index, model, state, reason, job, utilisationPercent, memoryUsedMiB, memoryMiB, temperatureC } = gpu;
  return (
    <tr>
      <th scope="row">
        {index}
        {model && <small> {model}</small>}
      </th>
      <td>
        <span class={`status ${tones[state]}`}>{words[state]}</span>
        {reason && (
          <small class="reason">
            <bdi>{reason}</bdi>
          </small>
        )}
      </td>
      <td>
        {job ? (
          <a href={`/jobs/${job.id}`}>
            <bdi>{job.name}</bdi>
          </a>
        ) : (
          "–"
        )}
      </td>
      <td>{utilisationPercent === null ? "–" : `${Math.round(utilisationPercent)} %`}</td>
      <td class="unbroken">
        {memoryUsedMiB === null ? (memoryMiB === null ? "–" : mebibytes(memoryMiB)) : memory(memoryUsedMiB, memoryMiB)}
      </td>
      <td>{temperatureC === null ? "–" : Math.round(temperatureC)}</td>
      <td>
        {state === "FAULTY" ? (
          <button
            type="button"
            onClick={() =>
              void attempt(() => api().releaseGpu(gpu.id), `GPU ${index} may be given to jobs again`).then(onDone)
            }
          >
            Release
          </button>
        ) : (
          <button type="button" onClick={onQuarantine} aria-label={`Quarantine GPU ${index}`}>
            Quarantine…
          </button>
        )}
      </td>
    </tr>
  );
}

const memory = (used: number, total: number | null): string =>
  total === null ? mebibytes(used) : `${mebibytes(used)} of ${mebibytes(total)}`;

interface QuarantineProps {
  readonly gpu: Gpu | null;
  onClose(): void;
  onDone(): void;
}

const Quarantine = ({ gpu, onClose, onDone }: QuarantineProps) => (
  <Ask
    title={`Quarantine GPU ${gpu?.index ?? ""}`}
    action="Quarantine"
    isDangerous
    isOpen={gpu !== null}
    onClose={onClose}
    send={async (form) => {
      if (!gpu) return "";
      await api().quarantineGpu(gpu.id, textIn(form, "reason"));
      onDone();
      return `GPU ${gpu.index} is given to nobody`;
    }}
  >
    {(faultOf) => (
      <>
        <p>
          It is given to nobody until it is released.
          {gpu?.job && (
            <>
              {" "}
              <bdi>{gpu.job.name}</bdi>, which holds it, is moved away.
            </>
          )}
        </p>
        <Field label="Reason" hint="For others to read." fault={faultOf("reason")}>
          {(control) => <input {...control} name="reason" autoComplete="off" />}
        </Field>
      </>
    )}
  </Ask>
);
