import { useId } from "preact/hooks";
import { Panel } from "../design/panel.tsx";
import type { SpecFault, SpecSchema } from "./check.ts";
import { FieldInput } from "./field-input.tsx";
import { type FieldSpec, isUsed, type Section, sections } from "./fields.ts";
import { type Spec, valueAt, withValue } from "./spec.ts";

interface Props {
  readonly schema: SpecSchema;
  readonly spec: Spec;
  readonly faults: readonly SpecFault[];
  onChange(spec: Spec): void;
}

export const Form = (props: Props) => (
  <div class="form">
    {sections.map((section) =>
      section.isFolded ? (
        <details key={section.title} class="panel" open={isUsed(section, props.spec) || undefined}>
          <summary>{section.title}</summary>
          <Fields section={section} {...props} />
        </details>
      ) : (
        <Panel key={section.title} title={section.title}>
          <Fields section={section} {...props} />
        </Panel>
      ),
    )}
    <Others spec={props.spec} />
  </div>
);

const Fields = ({ section, ...props }: Props & { readonly section: Section }) => (
  <div class="fields">
    {section.fields.map((field) => (
      <Field key={field.path.join(".")} field={field} {...props} />
    ))}
  </div>
);

function Field({ field, schema, spec, faults, onChange }: Props & { readonly field: FieldSpec }) {
  const id = useId();
  const { title, description } = schema.textOf(field.path);
  const path = field.path.join(".");
  const own = faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}.`));
  return (
    <div class={field.isWide ? "field wide" : "field"}>
      <label for={id}>
        {field.label}
        {field.label ? (title ?? path).toLowerCase() : (title ?? path)}
      </label>
      <FieldInput
        id={id}
        field={field}
        value={valueAt(spec, field.path)}
        isFaulty={own.length > 0}
        onChange={(value) => onChange(withValue(spec, field.path, value))}
      />
      <p id={`${id}-about`} class={own.length > 0 ? "about fault" : "about"}>
        {own.length > 0 ? own.map(({ message }) => message).join("; ") : (field.about ?? description)}
      </p>
    </div>
  );
}

/** What is said in the editor and has no field here: it is submitted as well. */
function Others({ spec }: { readonly spec: Spec }) {
  const known = new Set(sections.flatMap(({ fields }) => fields.map(({ path }) => path[0])));
  const others = Object.keys(spec).filter((field) => !known.has(field));
  if (others.length === 0) return null;
  return (
    <p class="note">
      Beside these fields the job says in YAML:{" "}
      {others.map((field) => (
        <code key={field}>{field}</code>
      ))}
    </p>
  );
}
