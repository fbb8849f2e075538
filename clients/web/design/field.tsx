import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Control {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: "true";
}

interface Props {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with it; null when nothing is. */
  readonly fault?: string | null | undefined;
  /** Is given the attributes that tie the control to its label, hint and fault. */
  children(control: Control): ComponentChildren;
}

/** A control with its label, what it means, and what is wrong with it. */
export function Field({ label, hint, fault, children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described && { "aria-describedby": described }),
        ...(fault && { "aria-invalid": "true" as const }),
      })}
      {hint && (
        <small id={`${id}-hint`} class="hint">
          {hint}
        </small>
      )}
      {fault && (
        <small id={`${id}-fault`} class="fault">
          {fault}
        </small>
      )}
    </div>
  );
}
