import { useEffect } from "preact/hooks";
import type { Job } from "../../sdk/index.ts";
import type { SpecFault } from "./check.ts";

export function Submitted({ job: { id, name } }: { readonly job: Job }) {
  useEffect(() => document.getElementById("submitted")?.focus(), []);
  return (
    <p class="note good" role="status">
      Submitted: <bdi>{name}</bdi> is{" "}
      <a id="submitted" href={`/jobs/${id}`}>
        {id}
      </a>
      . What is below can be changed and submitted again.
    </p>
  );
}

export const Faults = ({
  syntax,
  faults,
}: {
  readonly syntax: string | null;
  readonly faults: readonly SpecFault[];
}) => (
  <ul id="faults" class="faults" aria-label="What has to be mended" aria-live="polite">
    {syntax && <li class="fault">{syntax}</li>}
    {faults.map(({ path, message }) => (
      <li key={`${path} ${message}`} class="fault">
        {path && <code>{path}</code>} {message}
      </li>
    ))}
  </ul>
);
