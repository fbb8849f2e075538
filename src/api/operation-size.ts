import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";
import { refusal } from "./errors.ts";

/** How large a selection is when its fragments are written out. */
interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

interface Bounds {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

const NOTHING: Size = { depth: 0, fields: 0, aliases: 0 };

/**
 * Refuses an operation that is too deep or too wide. Fragments are measured once each, so that a small text which unfolds to
 * millions of fields is refused in no time. What is asked of the schema itself counts nothing: graphql-js bounds that.
 */
export const sizeRule =
  (bounds: Bounds) =>
  (context: ValidationContext): ASTVisitor => {
    const known = new Map<string, Size>();
    const open = new Set<string>();

    const ofFragment = (name: string): Size => {
      const done = known.get(name);
      if (done) return done;
      const fragment = context.getFragment(name) as FragmentDefinitionNode | null | undefined;
      if (!fragment || open.has(name)) return NOTHING; // both are refused by other rules
      open.add(name);
      const size = ofSelection(fragment.selectionSet);
      open.delete(name);
      known.set(name, size);
      return size;
    };

    const ofSelection = ({ selections }: SelectionSetNode): Size => {
      let [depth, fields, aliases] = [0, 0, 0];
      for (const selection of selections) {
        let size = NOTHING;
        if (selection.kind === Kind.FRAGMENT_SPREAD) size = ofFragment(selection.name.value);
        else if (selection.kind === Kind.INLINE_FRAGMENT) size = ofSelection(selection.selectionSet);
        else if (!selection.name.value.startsWith("__")) {
          const inner = selection.selectionSet ? ofSelection(selection.selectionSet) : NOTHING;
          size = {
            depth: inner.depth + 1,
            fields: inner.fields + 1,
            aliases: inner.aliases + (selection.alias ? 1 : 0),
          };
        }
        depth = Math.max(depth, size.depth);
        fields += size.fields;
        aliases += size.aliases;
      }
      return { depth, fields, aliases };
    };

    return {
      OperationDefinition: (operation: OperationDefinitionNode) => {
        const size = ofSelection(operation.selectionSet);
        const refuse = (code: string, problem: string): void => context.reportError(refusal(code, problem));
        if (size.depth > bounds.depth)
          refuse("DEPTH_LIMIT", `the operation is ${size.depth} fields deep, and ${bounds.depth} are allowed`);
        if (size.aliases > bounds.aliases)
          refuse("ALIAS_LIMIT", `the operation has ${size.aliases} aliases, and ${bounds.aliases} are allowed`);
        if (size.fields > bounds.fields)
          refuse("FIELD_LIMIT", `the operation selects ${size.fields} fields, and ${bounds.fields} are allowed`);
        return false;
      },
    };
  };
