import { useState } from "preact/hooks";
import type { AddServerInput } from "../../sdk/index.ts";
import { Ask, numberIn, textIn } from "../design/ask.tsx";
import { Field } from "../design/field.tsx";
import { api } from "../live/client.ts";

interface Props {
  readonly isOpen: boolean;
  onClose(): void;
  onDone(): void;
}

const ENDPOINTS = [
  ["ssh://user@host", "a Docker engine over SSH"],
  ["tcp://host:2376", "a Docker engine over TLS"],
  ["unix:///var/run/docker.sock", "the Docker engine of this machine"],
  ["local", "processes of this machine, no containers"],
] as const;

/** The form with which a server is taken in. */
export function AddServer({ isOpen, onClose, onDone }: Props) {
  const [endpoint, setEndpoint] = useState("");
  return (
    <Ask
      title="Add a server"
      action="Add"
      isOpen={isOpen}
      onClose={onClose}
      send={async (form) => {
        const { name } = await api().addServer(inputFrom(form));
        onDone();
        return `${name} is added`;
      }}
    >
      {(faultOf) => (
        <>
          <Field label="Name" hint="Lower-case letters, digits and -." fault={faultOf("name")}>
            {(control) => (
              <input {...control} name="name" required autoComplete="off" spellcheck={false} placeholder="gamma" />
            )}
          </Field>
          <Field label="Endpoint" hint={hintFor(endpoint)} fault={faultOf("endpoint")}>
            {(control) => (
              <input
                {...control}
                name="endpoint"
                required
                list="endpoints"
                autoComplete="off"
                spellcheck={false}
                placeholder="ssh://trainer@gamma"
                onInput={(event) => setEndpoint(event.currentTarget.value)}
              />
            )}
          </Field>
          <datalist id="endpoints">
            {ENDPOINTS.map(([value, what]) => (
              <option key={value} value={value}>
                {what}
              </option>
            ))}
          </datalist>
          {endpoint.startsWith("tcp:") && (
            <fieldset class="field-row">
              <legend>TLS: files on the machine of the API</legend>
              {(["ca", "cert", "key"] as const).map((file) => (
                <Field key={file} label={file} fault={faultOf(file) ?? (file === "ca" ? faultOf("tls") : null)}>
                  {(control) => <input {...control} name={file} autoComplete="off" spellcheck={false} />}
                </Field>
              ))}
              <label class="check">
                <input type="checkbox" name="insecure" />
                <span>Go without TLS: whoever reaches that port is root there</span>
              </label>
            </fieldset>
          )}
          <div class="field-row">
            <Field label="GPUs" hint="Empty: those that it tells." fault={faultOf("gpus")}>
              {(control) => <input {...control} name="gpus" type="number" min="0" inputMode="numeric" />}
            </Field>
            <Field label="Cores" hint="Empty: all." fault={faultOf("cores")}>
              {(control) => <input {...control} name="cores" type="number" min="1" inputMode="numeric" />}
            </Field>
            <Field label="Memory, MiB" hint="Empty: all." fault={faultOf("memoryMiB")}>
              {(control) => <input {...control} name="memoryMiB" type="number" min="1" inputMode="numeric" />}
            </Field>
          </div>
          <Field
            label="Address"
            hint="For other servers, when a job spans several. Empty: as the endpoint says."
            fault={faultOf("address")}
          >
            {(control) => <input {...control} name="address" autoComplete="off" spellcheck={false} />}
          </Field>
          <label class="check">
            <input type="checkbox" name="later" />
            <span>Add it even when it cannot be reached now</span>
          </label>
        </>
      )}
    </Ask>
  );
}

const hintFor = (endpoint: string): string =>
  ENDPOINTS.find(([form]) => endpoint.startsWith(form.slice(0, 4)))?.[1] ??
  "unix:///path, tcp://host:port, ssh://user@host, or local.";

function inputFrom(form: FormData): AddServerInput {
  const [ca, cert, key] = ["ca", "cert", "key"].map((file) => textIn(form, file));
  const [gpus, cores, memoryMiB] = ["gpus", "cores", "memoryMiB"].map((name) => numberIn(form, name));
  const address = textIn(form, "address");
  return {
    name: textIn(form, "name") ?? "",
    endpoint: textIn(form, "endpoint") ?? "",
    verify: form.get("later") === null,
    ...((ca ?? cert ?? key) && { tls: { ca: ca ?? "", cert: cert ?? "", key: key ?? "" } }),
    ...(form.get("insecure") !== null && { insecure: true }),
    ...(gpus !== undefined && { gpus }),
    ...(cores !== undefined && { cores }),
    ...(memoryMiB !== undefined && { memoryMiB }),
    ...(address !== undefined && { address }),
  };
}
