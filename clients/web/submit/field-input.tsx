import { useEffect, useRef, useState } from "preact/hooks";
import type { Json } from "../../sdk/index.ts";
import type { FieldSpec } from "./fields.ts";
import { numberOr, pairsIn, pairsOf, sizeOf, withSize } from "./spec.ts";

interface Props {
  readonly id: string;
  readonly field: FieldSpec;
  readonly value: Json | undefined;
  readonly isFaulty: boolean;
  /** undefined: nothing is said. */
  onChange(value: Json | undefined): void;
}

/** The input of one field, by its kind. */
export function FieldInput(props: Props) {
  const { id, field, value, isFaulty, onChange } = props;
  const common = { id, placeholder: field.placeholder, "aria-invalid": isFaulty, "aria-describedby": `${id}-about` };
  switch (field.kind) {
    case "lines":
      return (
        <textarea
          {...common}
          rows={3}
          spellcheck={false}
          value={Array.isArray(value) ? JSON.stringify(value) : textOf(value)}
          onInput={({ currentTarget }) => onChange(commandIn(currentTarget.value))}
        />
      );
    case "pairs":
    case "secrets":
      return <Pairs {...props} />;
    case "size":
      return <SizeInput {...props} />;
    case "date":
      return (
        <input
          {...common}
          type="datetime-local"
          list={undefined}
          value={localOf(value)}
          onInput={({ currentTarget }) =>
            onChange(currentTarget.value ? new Date(currentTarget.value).toISOString() : undefined)
          }
        />
      );
    case "whole":
    case "number":
      return (
        <input
          {...common}
          type="text"
          list={undefined}
          inputMode={field.kind === "whole" ? "numeric" : "decimal"}
          value={textOf(value)}
          onInput={({ currentTarget }) => onChange(said(numberOr(currentTarget.value)))}
        />
      );
    default:
      return (
        <input
          {...common}
          type="text"
          list={undefined}
          spellcheck={false}
          autoComplete="off"
          value={textOf(value)}
          onInput={({ currentTarget }) => onChange(said(currentTarget.value))}
        />
      );
  }
}

const textOf = (value: Json | undefined): string => (value === undefined || value === null ? "" : String(value));
const said = (value: Json): Json | undefined => (value === "" ? undefined : value);

/** `["python", "train.py"]` is run as it stands; anything else is a text for the shell. */
function commandIn(text: string): Json {
  if (!text.trim().startsWith("[")) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** In the browser's own time zone, as its input wants it. */
function localOf(value: Json | undefined): string {
  const at = new Date(textOf(value));
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function SizeInput({ id, value, isFaulty, onChange }: Props) {
  const size = sizeOf(value);
  const common = {
    type: "text",
    list: undefined,
    inputMode: "numeric",
    "aria-invalid": isFaulty,
    "aria-describedby": `${id}-about`,
  } as const;
  return (
    <div class="size">
      <input
        {...common}
        id={id}
        value={size.least}
        onInput={({ currentTarget }) => onChange(withSize(value, { ...size, least: currentTarget.value.trim() }))}
      />
      <span class="dim">up to</span>
      <input
        {...common}
        aria-label="At most, if its size may change"
        placeholder="same"
        value={size.most}
        onInput={({ currentTarget }) => onChange(withSize(value, { ...size, most: currentTarget.value.trim() }))}
      />
    </div>
  );
}

/** What is typed stays as it is typed: only another value from elsewhere replaces it. */
function Pairs({ id, field, value, isFaulty, onChange }: Props) {
  const [text, setText] = useState(() => pairsOf(value));
  const told = useRef(value);
  useEffect(() => {
    if (JSON.stringify(value) !== JSON.stringify(told.current)) setText(pairsOf(value));
    told.current = value;
  }, [value]);
  return (
    <textarea
      id={id}
      placeholder={field.placeholder}
      aria-invalid={isFaulty}
      aria-describedby={`${id}-about`}
      rows={Math.min(8, Math.max(2, text.split("\n").length))}
      spellcheck={false}
      autoComplete="off"
      value={text}
      onInput={({ currentTarget }) => {
        setText(currentTarget.value);
        told.current = pairsIn(currentTarget.value);
        onChange(told.current);
      }}
    />
  );
}
