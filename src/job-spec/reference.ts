import { stringify } from "yaml";
import type { Schema } from "../input/index.ts";
import { jobSpecSchema } from "./schema.ts";

const HEAD = `# The job spec

<!-- Made of job-spec.schema.json by \`npm run schema\`: change the schema, not this page. -->

Every field of a job's file. The same fields are those of \`submitJob\` in the API, the flags of \`schedulearn submit\` set most of them, and
\`--set FIELD=VALUE\` sets any. [\`job-spec.schema.json\`](../job-spec.schema.json) says the same to editors: begin a file with

\`\`\`yaml
# yaml-language-server: $schema=job-spec.schema.json
\`\`\`

Only \`command\` is required. What a job finds when it runs, and placeholders such as \`{{lr}}\` in a sweep, are in
[what a job may rely on](job-contract.md). Everything that is wrong with a file is told at once, with its place, before anything is
stored.
`;

/** The page that explains every field, in Markdown. */
export function referenceText(): string {
  const { properties } = jobSpecSchema;
  const fields = Object.entries(properties as Readonly<Record<string, Schema>>);
  return [HEAD, ...fields.map(([name, field]) => section(name, field))].join("\n");
}

function section(name: string, field: Schema): string {
  const inner = innerOf(field);
  const examples = (field.examples as readonly unknown[]).map((example) =>
    stringify({ [name]: example }, { flowCollectionPadding: true, collectionStyle: "flow" }).trim(),
  );
  return [
    `## ${name}\n`,
    `${field.description} ${facts(field)}\n`,
    `\`\`\`yaml\n${examples.map(unwrapped).join("\n")}\n\`\`\`\n`,
    ...(inner.length > 0 ? [table(inner)] : []),
  ].join("\n");
}

/** \`{ gpus: 2 }\` as a line of a file has it. */
const unwrapped = (text: string): string => text.replace(/\n\s*/g, " ").replace(/^\{ (.*) \}$/, "$1");

type Row = readonly [path: string, field: Schema];

/** The fields within a field, those of a list's items too. */
function innerOf(field: Schema, prefix = ""): Row[] {
  const own = { ...field.properties, ...(field.then as Schema | undefined)?.properties };
  const rows = Object.entries(own).flatMap(([name, each]): Row[] => [
    [`${prefix}${name}`, each],
    ...innerOf(each, `${prefix}${name}.`),
  ]);
  const values = field.additionalProperties;
  const isOfOurs = typeof values === "object" && values !== null && "properties" in values;
  return [
    ...rows,
    ...(field.items ? innerOf(field.items, `${prefix}[].`) : []),
    ...(isOfOurs ? innerOf(values as Schema, `${prefix}NAME.`) : []),
  ];
}

const table = (rows: readonly Row[]): string =>
  [
    "| field | what it is | values |",
    "|---|---|---|",
    ...rows.map(([path, field]) => `| \`${path}\` | ${field.description ?? field.title ?? ""} | ${facts(field)} |`),
    "",
  ].join("\n");

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  array: "list",
  object: "mapping",
};

function facts(field: Schema): string {
  const types = [field.type ?? []].flat() as unknown as readonly string[];
  const choices = field.enum as readonly unknown[] | undefined;
  const kind = choices
    ? choices.map((each) => `\`${each}\``).join(", ")
    : types.map((type) => TYPES[type]).join(" or ");
  const bounds = [
    ...(field.minimum === undefined ? [] : [`from ${field.minimum}`]),
    ...(field.exclusiveMinimum === undefined ? [] : [`above ${field.exclusiveMinimum}`]),
    ...(field.maximum === undefined ? [] : [`to ${field.maximum}`]),
  ].join(" ");
  const preset = field.default === undefined ? "" : `; default ${JSON.stringify(field.default)}`;
  return `(${kind}${bounds && ` ${bounds}`}${preset})`.replaceAll("|", "\\|");
}
