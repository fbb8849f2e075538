import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  TypeNode,
} from "graphql";
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  parse,
  print,
  typeFromAST,
  validate,
  visit,
} from "graphql";

/** How the values of each scalar look in JSON. A scalar that is not listed stops the generator. */
const SCALARS: Readonly<Record<string, string>> = {
  ID: "string",
  String: "string",
  Boolean: "boolean",
  Int: "number",
  Float: "number",
  DateTime: "string",
  Duration: "number",
  Bytes: "number",
  Cursor: "string",
  JSON: "Json",
  Command: "string | readonly string[]",
};

const header = (typesFrom: string): string =>
  `// Written by \`npm run schema\` from schema.graphql and operations.graphql; not to be edited.
import type { Json, TypedDocument } from "${typesFrom}";
`;

/**
 * The TypeScript of all enums and inputs of the schema, and of every operation: its variables, its result, its document; each
 * part explained as the schema explains it.
 * @param schemaText the text of `schema.graphql`
 * @param operationsText the fragments and named operations of the SDK; fragments on object types only
 * @param typesFrom where the result imports `Json` and `TypedDocument` from
 * @throws Error that lists every operation that the schema does not allow
 */
export function generate(schemaText: string, operationsText: string, typesFrom = "../typed-document.ts"): string {
  const schema = buildSchema(schemaText);
  const operations = parse(operationsText);
  const faults = validate(schema, operations);
  if (faults.length > 0) throw new Error(faults.map(String).join("\n\n"));
  return [header(typesFrom), ...inputTypes(schema), ...operations.definitions.flatMap((node) => definition(node))].join(
    "\n",
  );

  function definition(node: DocumentNode["definitions"][number]): string[] {
    if (node.kind === Kind.FRAGMENT_DEFINITION) {
      const of = node.typeCondition.name.value;
      const about = comment(schema.getType(of)?.description);
      return [`${about}export type ${node.name.value} = ${selected(node.selectionSet, of)};\n`];
    }
    if (node.kind === Kind.OPERATION_DEFINITION) return operation(node);
    throw new Error(`operations.graphql may not hold a ${node.kind}`);
  }

  function operation(node: OperationDefinitionNode): string[] {
    const name = node.name?.value;
    const root = schema.getRootType(node.operation);
    if (!name || !root) throw new Error("every operation needs a name");
    const variables = (node.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => {
      const optional = type.kind !== Kind.NON_NULL_TYPE || defaultValue !== undefined;
      const about = argumentFor(variable.name.value, node.selectionSet, root)?.description;
      return comment(about) + field(variable.name.value, optional, inputType(typeOf(type)));
    });
    const text = print({ kind: Kind.DOCUMENT, definitions: [node, ...fragmentsOf(node)] });
    return [
      `export type ${name}Variables = ${object(variables)};`,
      `export type ${name}Result = ${selected(node.selectionSet, root.name)};`,
      `export const ${name} = \`\n${text.replaceAll("`", "\\`")}\n\` as TypedDocument<${name}Result, ${name}Variables>;\n`,
    ];
  }

  /** The argument of an outermost field that is given this variable. */
  function argumentFor(variable: string, { selections }: SelectionSetNode, root: GraphQLObjectType) {
    for (const node of selections) {
      if (node.kind !== Kind.FIELD) continue;
      const given = node.arguments?.find(({ value }) => value.kind === Kind.VARIABLE && value.name.value === variable);
      if (given) return root.getFields()[node.name.value]?.args.find(({ name }) => name === given.name.value);
    }
    return undefined;
  }

  function typeOf(node: TypeNode): GraphQLInputType {
    return typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]) as GraphQLInputType;
  }

  function selected(set: SelectionSetNode, typeName: string): string {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`a selection on ${typeName}: only object types are supported`);
    const parts: string[] = [];
    const fields: string[] = [];
    for (const node of set.selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) parts.push(node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) throw new Error("inline fragments are not supported");
      else {
        const of = type.getFields()[node.name.value];
        if (!of) throw new Error(`${typeName} has no field ${node.name.value}`);
        const given = outputType(of.type, node.selectionSet);
        fields.push(comment(of.description) + field(node.alias?.value ?? node.name.value, false, given));
      }
    }
    if (fields.length > 0) parts.push(object(fields));
    return parts.join(" & ");
  }

  function outputType(type: GraphQLOutputType, set: SelectionSetNode | undefined): string {
    if (!isNonNullType(type)) return `${bareOutput(type, set)} | null`;
    return bareOutput(type.ofType, set);
  }

  function bareOutput(type: GraphQLOutputType, set: SelectionSetNode | undefined): string {
    if (isListType(type)) return list(outputType(type.ofType, set));
    if (isLeafType(type)) return leaf(getNamedType(type).name);
    if (!set) throw new Error(`${String(type)} needs a selection`);
    return selected(set, getNamedType(type).name);
  }

  function fragmentsOf(node: OperationDefinitionNode): FragmentDefinitionNode[] {
    const wanted = new Set<string>();
    const byName = new Map(
      operations.definitions.flatMap((def) => (def.kind === Kind.FRAGMENT_DEFINITION ? [[def.name.value, def]] : [])),
    );
    const collect = (from: OperationDefinitionNode | FragmentDefinitionNode): unknown =>
      visit(from, {
        FragmentSpread({ name }) {
          const fragment = byName.get(name.value);
          if (!fragment || wanted.has(name.value)) return;
          wanted.add(name.value);
          collect(fragment);
        },
      });
    collect(node);
    return [...byName].flatMap(([name, fragment]) => (wanted.has(name) ? [fragment] : []));
  }

  function leaf(name: string): string {
    if (isEnumType(schema.getType(name))) return name;
    const scalar = SCALARS[name];
    if (!scalar) throw new Error(`the SDK's generator does not know the scalar ${name}`);
    return scalar;
  }

  function inputType(type: GraphQLInputType): string {
    return isNonNullType(type) ? bareInput(type.ofType) : `${bareInput(type)} | null`;
  }

  function bareInput(type: GraphQLInputType): string {
    if (isListType(type)) return list(inputType(type.ofType));
    const { name } = getNamedType(type);
    return isScalarType(schema.getType(name)) ? leaf(name) : name;
  }

  function inputTypes(of: GraphQLSchema): string[] {
    return Object.values(of.getTypeMap()).flatMap((type) => {
      if (type.name.startsWith("__")) return [];
      if (isEnumType(type)) {
        const values = type.getValues().map(({ name, description }) => `${comment(description)}| "${name}"`);
        return [`${comment(type.description)}export type ${type.name} =\n${values.join("\n").replace(/^/gm, "  ")};\n`];
      }
      if (!isInputObjectType(type)) return [];
      const fields = Object.values(type.getFields()).map((of) => {
        const optional = !isNonNullType(of.type) || of.defaultValue !== undefined;
        return comment(of.description) + field(of.name, optional, inputType(of.type));
      });
      return [`${comment(type.description)}export interface ${type.name} ${object(fields)}\n`];
    });
  }
}

const field = (name: string, optional: boolean, type: string): string =>
  `readonly ${name}${optional ? "?" : ""}: ${type};`;
const object = (fields: readonly string[]): string =>
  fields.length > 0 ? `{\n${fields.join("\n").replace(/^/gm, "  ")}\n}` : "{}";
const list = (of: string): string => (/^\w+$/.test(of) ? `readonly ${of}[]` : `readonly (${of})[]`);
const comment = (text: string | null | undefined): string =>
  text ? `/** ${text.replaceAll("*/", "* /").replace(/\s+/g, " ").trim()} */\n` : "";
