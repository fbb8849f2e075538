import type { Program } from "./program.ts";

/** The named groups that took part in the match; "cut off" when the steps ran out before that was known. */
export type Match = { groups: Record<string, string>; steps: number } | { groups: null | "cut off"; steps: number };

/**
 * Finds the first match anywhere in the text, as JavaScript's own `exec` would, but does no more than `maxSteps` steps
 * of work: JavaScript's cannot be interrupted, and one line could hold up the whole server.
 */
export function match(program: Program, text: string, maxSteps: number): Match {
  const { instructions } = program;
  const slots = new Int32Array(program.slots);
  // Entries of three: (pc, position, -1) to try from there, or (slot, its old value, 0) to undo a save on the way back.
  const stack: number[] = [];
  let steps = 0;

  for (let start = 0; start <= text.length; start++) {
    slots.fill(-1);
    let pc = 0;
    let at = start;
    for (;;) {
      if (++steps > maxSteps) return { groups: "cut off", steps };
      const instruction = instructions[pc++];
      if (instruction === undefined) return { groups: groupsOf(program, slots, text), steps };
      let failed = false;
      switch (instruction.op) {
        case "char":
          failed = at >= text.length || !instruction.accepts(text.charCodeAt(at));
          at++;
          break;
        case "assert":
          failed = !holds(instruction.what, text, at);
          break;
        case "split":
          stack.push(instruction.second, at, -1);
          pc = instruction.first;
          break;
        case "jump":
          pc = instruction.to;
          break;
        case "save":
          stack.push(instruction.slot, slots[instruction.slot] as number, 0);
          slots[instruction.slot] = at;
          break;
        case "moved":
          failed = slots[instruction.slot] === at;
      }
      if (!failed) continue;

      let resumed = false;
      while (!resumed && stack.length > 0) {
        const isTry = stack.pop() === -1;
        const value = stack.pop() as number;
        const target = stack.pop() as number;
        if (isTry) [pc, at] = [target, value];
        else slots[target] = value;
        resumed = isTry;
      }
      if (!resumed) break;
    }
  }
  return { groups: null, steps };
}

function groupsOf(program: Program, slots: Int32Array, text: string): Record<string, string> {
  const groups: Record<string, string> = {};
  for (const { name, slot } of program.groups) {
    const [from, to] = [slots[slot] as number, slots[slot + 1] as number];
    if (to >= 0) groups[name] = text.slice(from, to);
  }
  return groups;
}

function holds(what: "start" | "end" | "boundary" | "no-boundary", text: string, at: number): boolean {
  if (what === "start") return at === 0;
  if (what === "end") return at === text.length;
  return (isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at))) === (what === "boundary");
}

/** `NaN`, which stands beyond either end, is none. */
function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
}
