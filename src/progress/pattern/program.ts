import { type Node, PatternFault } from "./parse.ts";

/** One step of a compiled pattern. Slots hold positions: two for each named group, one for each loop. */
export type Instruction =
  | { op: "char"; accepts: (code: number) => boolean }
  | { op: "assert"; what: "start" | "end" | "boundary" | "no-boundary" }
  /** Try `first`; where that fails, `second`. */
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  | { op: "save"; slot: number }
  /** Fails unless the text has advanced since the slot was saved: a loop must not turn on nothing. */
  | { op: "moved"; slot: number };

export interface Program {
  instructions: Instruction[];
  slots: number;
  /** Named groups and the first of their two slots. */
  groups: { name: string; slot: number }[];
}

const MAX_INSTRUCTIONS = 2000;

/** Compiles a tree for `match`. Throws `PatternFault` when repeat counts make it too large. */
export function compile(node: Node): Program {
  const program: Program = { instructions: [], slots: 0, groups: [] };
  emit(node, program);
  return program;
}

function emit(node: Node, program: Program): void {
  const { instructions } = program;
  if (instructions.length > MAX_INSTRUCTIONS) throw new PatternFault("it is too large");
  switch (node.kind) {
    case "char":
      instructions.push({ op: "char", accepts: node.accepts });
      return;
    case "assert":
      instructions.push({ op: "assert", what: node.what });
      return;
    case "sequence":
      for (const part of node.nodes) emit(part, program);
      return;
    case "group": {
      const slot = program.slots;
      program.slots += 2;
      program.groups.push({ name: node.name, slot });
      instructions.push({ op: "save", slot });
      emit(node.node, program);
      instructions.push({ op: "save", slot: slot + 1 });
      return;
    }
    case "choice":
      emitChoice(node.options, program);
      return;
    case "repeat":
      emitRepeat(node, program);
  }
}

function emitChoice(options: Node[], program: Program): void {
  const { instructions } = program;
  const jumps: { op: "jump"; to: number }[] = [];
  for (const [i, option] of options.entries()) {
    if (i === options.length - 1) {
      emit(option, program);
      break;
    }
    const split = { op: "split" as const, first: instructions.length + 1, second: 0 };
    const jump = { op: "jump" as const, to: 0 };
    instructions.push(split);
    emit(option, program);
    instructions.push(jump);
    jumps.push(jump);
    split.second = instructions.length;
  }
  for (const jump of jumps) jump.to = instructions.length;
}

function emitRepeat({ node, min, max, lazy }: Extract<Node, { kind: "repeat" }>, program: Program): void {
  const { instructions } = program;
  for (let i = 0; i < min; i++) {
    const before = instructions.length;
    emit(node, program);
    if (instructions.length === before) break; // nothing, however often
  }
  const exits: ((to: number) => void)[] = [];

  const emitOptional = (): number => {
    const at = instructions.length;
    const split = { op: "split" as const, first: at + 1, second: at + 1 };
    exits.push((to) => {
      if (lazy) split.first = to;
      else split.second = to;
    });
    instructions.push(split);
    if (node.kind === "char") {
      emit(node, program);
    } else {
      const slot = program.slots++;
      instructions.push({ op: "save", slot });
      emit(node, program);
      instructions.push({ op: "moved", slot });
    }
    return at;
  };

  if (max === Number.POSITIVE_INFINITY) {
    const to = emitOptional();
    instructions.push({ op: "jump", to });
  } else {
    for (let i = min; i < max; i++) emitOptional();
  }
  for (const exit of exits) exit(instructions.length);
}
