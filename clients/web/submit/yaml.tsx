import { parseDocument, stringify } from "yaml";
import type { Spec } from "./spec.ts";

interface EditorProps {
  readonly text: string;
  readonly isFaulty: boolean;
  onChange(text: string): void;
}

export const Editor = ({ text, isFaulty, onChange }: EditorProps) => (
  <textarea
    class="editor"
    aria-label="The job as YAML"
    aria-invalid={isFaulty}
    aria-describedby="faults"
    rows={22}
    spellcheck={false}
    value={text}
    onInput={({ currentTarget }) => onChange(currentTarget.value)}
  />
);

export const textOf = (spec: Spec): string => stringify(spec, { lineWidth: 0 });

/** The spec that the text holds, or what is wrong with the text. */
export function specIn(text: string): Spec | string {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) return error.message.split("\n")[0]?.replace(/:$/, "") ?? "this is no YAML";
  const value: unknown = document.toJS();
  if (value === null) return {};
  return typeof value === "object" && !Array.isArray(value)
    ? (value as Spec)
    : "a job is a list of fields: name: value";
}
