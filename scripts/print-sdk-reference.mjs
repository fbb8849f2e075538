// Prints a page of the SDK's reference, client.md or types.md, made of the docstrings of its public part; one that has
// none stops it. It reads the text of the sources only, so that it is quick.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { root } from "./setup.mjs";

const folder = join(root, "clients/sdk");
const sources = new Map();
const HEADER = "<!-- Written by `npm run schema` from the docstrings of clients/sdk; not to be edited. -->\n";

function clientPage() {
  const client = declared("client.ts", "createClient");
  const object = client.body.statements
    .flatMap((each) => (ts.isVariableStatement(each) ? [...each.declarationList.declarations] : []))
    .find(({ name }) => name.text === "client").initializer;
  const scope = declared("connection.ts", "connect").body; // of which the client hands some on as they are
  const methods = object.properties.map((property) => method(property, scope));
  const shapes = ["connection.ts", "queries.ts", "retry.ts", "socket.ts"].flatMap((file) =>
    exported(file).filter(ts.isInterfaceDeclaration),
  );
  const index = methods.map(({ name, says }) => `| [\`${name}\`](#${name.toLowerCase()}) | ${firstSentence(says)} |`);
  return [
    "# The SDK's client\n",
    HEADER,
    "How to use it, with examples: [the SDK's README](../../clients/sdk/README.md). The types of what is given and answered: [types](types.md).\n",
    "## createClient\n",
    code(`createClient(options?: ClientOptions): SchedulearnClient`),
    `${doc(client).text}\n`,
    ...shapes.slice(0, 1).map(shape),
    "## Methods\n",
    `| | |\n|---|---|\n${index.join("\n")}\n`,
    ...methods.map(({ name, signature, says, tags }) => section(name, signature, says, tags)),
    "## What they are given\n",
    ...shapes.slice(1).map(shape),
    "## Errors\n",
    ...exported("errors.ts").filter(ts.isClassDeclaration).map(error),
    "## schedulearn-sdk/code\n",
    "In Node only.\n",
    ...exported("code.ts").map((each) =>
      ts.isFunctionDeclaration(each)
        ? section(each.name.text, `${each.name.text}${signatureOf(each)}`, doc(each).text, doc(each).tags)
        : shape(each),
    ),
  ].join("\n");
}

function typesPage() {
  const used = ["client.ts", "queries.ts"].map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const types = [...exported("queries.ts"), ...exported("typed-document.ts"), ...exported("download.ts")].filter(
    ts.isTypeAliasDeclaration,
  );
  const generated = exported("generated/operations.ts").filter(
    (each) =>
      (ts.isTypeAliasDeclaration(each) || ts.isInterfaceDeclaration(each)) &&
      (!/(Variables|Result)$/.test(each.name.text) || used.includes(`op.${each.name.text}`)),
  );
  const faults = exported("errors.ts").filter(ts.isInterfaceDeclaration);
  const all = [...types, ...faults, ...generated.filter(({ name }) => name.text !== "Fault")]
    .filter(({ name }) => name.text !== "SchedulearnClient")
    .sort((a, b) => (a.name.text < b.name.text ? -1 : 1));
  return [
    "# The SDK's types\n",
    HEADER,
    "What the methods of [the client](client.md) are given and answer. Times are texts such as `2030-01-31T18:00:00.000Z`, spans are numbers of seconds, sizes say their unit.\n",
    ...all.map((each) => `## ${each.name.text}\n\n${code(tidy(textOf(each)))}`),
  ].join("\n");
}

/** A method of the client: a function written out, or the name of one in the scope. */
function method(property, scope) {
  const name = property.name.text;
  const { text, tags } = doc(property);
  if (text === "") throw new Error(`client.${name} has no docstring`);
  if (ts.isShorthandPropertyAssignment(property)) return { name, signature: `${name}: string`, says: text, tags };
  const value = ts.isMethodDeclaration(property) ? property : property.initializer;
  const of = ts.isIdentifier(value) ? scope.statements.find((each) => each.name?.text === value.text) : value;
  if (!of.type) throw new Error(`client.${name} does not state what it returns`);
  return { name, signature: `${name}${signatureOf(of)}`, says: text, tags };
}

function signatureOf({ typeParameters, parameters, type: answer }) {
  const generics = typeParameters ? `<${typeParameters.map((each) => textOf(each)).join(", ")}>` : "";
  const params = parameters.map(({ name, type: of, initializer, questionToken }) => {
    const called = ts.isIdentifier(name) ? name.text : "options";
    const type = of ? tidy(textOf(of)) : typeof JSON.parse(textOf(initializer)); // `draining = true` says it by its value
    return `${called}${initializer || questionToken ? "?" : ""}: ${type}`;
  });
  const whole = `${generics}(${params.join(", ")}): ${tidy(textOf(answer))}`;
  return whole.length < 100
    ? whole
    : `${generics}(\n${params.map((each) => `  ${each},\n`).join("")}): ${tidy(textOf(answer))}`;
}

function section(name, signature, says, tags) {
  const links = [...new Set(signature.match(/\b[A-Z]\w+\b/g))].filter((type) => typeNames().has(type));
  const named = links.map((type) => `[\`${type}\`](types.md#${type.toLowerCase()})`).join(", ");
  return `### ${name}\n\n${code(signature)}\n${[says, ...tags].join("\n\n")}\n${named ? `\nTypes: ${named}\n` : ""}`;
}

function shape(node) {
  const { text } = doc(node);
  if (text === "") throw new Error(`${node.name.text} has no docstring`);
  return `### ${node.name.text}\n\n${text}\n\n${code(tidy(textOf(node)))}`;
}

function error(node) {
  const fields = node.members.filter((each) => ts.isPropertyDeclaration(each) && each.name.text !== "name");
  const rows = fields.map((each) => `| \`${each.name.text}\` | \`${tidy(textOf(each.type))}\` | ${doc(each).text} |`);
  return `### ${node.name.text}\n\n${doc(node).text}\n${rows.length > 0 ? `\n| | type | |\n|---|---|---|\n${rows.join("\n")}\n` : ""}`;
}

function sourceOf(file) {
  if (!sources.has(file)) {
    const text = readFileSync(join(folder, file), "utf8");
    sources.set(file, ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  }
  return sources.get(file);
}

/** What a file exports, in its order, as far as users of the package can name it. */
function exported(file) {
  const isPublic = (node) =>
    node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) && publicNames(file).has(node.name?.text);
  return sourceOf(file).statements.filter(isPublic);
}

/** The names that the package gives away of this file. */
function publicNames(file) {
  if (file === "code.ts") return new Set(["packCode", "PackedCode"]);
  const named = new Set();
  for (const { moduleSpecifier, exportClause } of sourceOf("index.ts").statements) {
    if (moduleSpecifier.text !== `./${file}`) continue;
    for (const { name } of exportClause?.elements ?? sourceOf(file).statements.filter((each) => each.name))
      named.add(name.text);
  }
  return named;
}

const declared = (file, name) => sourceOf(file).statements.find((each) => each.name?.text === name);

function typeNames() {
  return new Set(
    ["generated/operations.ts", "queries.ts", "typed-document.ts", "download.ts"].flatMap((file) =>
      exported(file)
        .filter((each) => ts.isTypeAliasDeclaration(each) || (ts.isInterfaceDeclaration(each) && file !== "queries.ts"))
        .map(({ name }) => name.text),
    ),
  );
}

/** The text of the docstring, and its tags as sentences. */
function doc(node) {
  const block = node.jsDoc?.at(-1);
  const plain = (comment) => (ts.getTextOfJSDocComment(comment) ?? "").replace(/\s+/g, " ").trim();
  const tags = (block?.tags ?? []).map((tag) => {
    const says = plain(tag.comment);
    if (ts.isJSDocParameterTag(tag)) return `* \`${tag.name.getText()}\`: ${says}`;
    if (ts.isJSDocThrowsTag(tag)) return `Throws ${tag.typeExpression ? textOf(tag.typeExpression) : ""}${says}.`;
    return says;
  });
  return { text: plain(block?.comment), tags };
}

const firstSentence = (text) => /^.*?[.;](?=\s|$)/.exec(text)?.[0].replace(/;$/, ".") ?? text;
const textOf = (node) => node.getText(node.getSourceFile());
const tidy = (text) =>
  text
    .replace(/\breadonly (?=\w+\??:|\[)/g, "")
    .replace(/\bop\./g, "")
    .replace(/ \| undefined\b/g, "")
    .replace(/^export /, "")
    .replace(/^declare /, "");
const code = (text) => `\`\`\`ts\n${text}\n\`\`\`\n`;

const page = { "client.md": clientPage, "types.md": typesPage }[basename(process.argv[2] ?? "client.md")];
process.stdout.write(page());
