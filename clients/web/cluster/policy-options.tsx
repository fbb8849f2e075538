import type { Policy } from "../../sdk/index.ts";
import { Field } from "../design/field.tsx";

type Option = Policy["options"][number];

/** A value as it is typed: `3250,7200`, `ann=2,bob=1`, `true`. */
export function optionText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(",");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([name, share]) => `${name}=${share}`)
      .join(",");
  return String(value);
}

interface Props {
  readonly policy: Policy;
  faultOf(field: string): string | null;
}

/** A control for each option of a policy: what is in force, or else the default. */
export const OptionFields = ({ policy, faultOf }: Props) => (
  <>
    {policy.options.map((option) => (
      <Field key={option.name} label={option.name} hint={hintOf(option)} fault={faultOf(option.name)}>
        {(control) => (
          <OptionControl control={control} option={option} value={optionText(presentValue(policy, option))} />
        )}
      </Field>
    ))}
  </>
);

const presentValue = ({ values }: Policy, option: Option): unknown =>
  (values as Readonly<Record<string, unknown>> | null)?.[option.name] ?? option.default;

interface ControlProps {
  readonly control: { readonly id: string };
  readonly option: Option;
  readonly value: string;
}

function OptionControl({ control, option: { name, kind, choices, min, max, whole }, value }: ControlProps) {
  const shared = { ...control, name: `option.${name}` };
  const words = kind === "FLAG" ? ["true", "false"] : choices;
  if (words)
    return (
      <select {...shared} defaultValue={value}>
        {words.map((word) => (
          <option key={word} selected={word === value}>
            {word}
          </option>
        ))}
      </select>
    );
  if (kind === "NUMBER")
    return (
      <input
        {...shared}
        type="number"
        defaultValue={value}
        step={whole ? 1 : "any"}
        {...(min !== null && { min })}
        {...(max !== null && { max })}
      />
    );
  return <input {...shared} defaultValue={value} autoComplete="off" spellcheck={false} />;
}

function hintOf({ description, kind, default: usual, min, max }: Option): string {
  const bounds = [min !== null && `at least ${min}`, max !== null && `at most ${max}`].filter(Boolean).join(", ");
  const form = kind === "NUMBERS" ? "numbers, as 3250,7200" : kind === "SHARES" ? "by user, as ann=2,bob=1" : "";
  const more = [form, bounds, `default ${optionText(usual) || "none"}`].filter(Boolean).join("; ");
  return `${description} (${more})`;
}

/** What the form says, for the server to check; what is empty has its default. */
export function optionsIn(form: FormData, { options }: Policy): Record<string, string> {
  const given = options.map(({ name }) => [name, String(form.get(`option.${name}`) ?? "").trim()] as const);
  return Object.fromEntries(given.filter(([, text]) => text !== ""));
}
