import { type Form, MAX_FORM_LENGTH } from "./forms/form.ts";
import { huggingFace } from "./forms/hugging-face.ts";
import { jsonLine } from "./forms/json-line.ts";
import { keras } from "./forms/keras.ts";
import { lightning } from "./forms/lightning.ts";
import { pairs } from "./forms/pairs.ts";
import { tqdm } from "./forms/tqdm.ts";
import { customPattern } from "./pattern/pattern.ts";
import type { Progress } from "./progress.ts";

export interface Recogniser {
  /** What this line (or this state of a bar) tells of the run's progress; null for most. Never throws. */
  read(text: string): Progress | null;
}

/** The rest of a longer line is not looked at. */
const MAX_INSPECTED_LENGTH = 64 * 1024;

/** What all built-in forms share with few other lines; most output is turned away here. */
const MAY_TELL = /epoch|step|iter|batch|schedulearn|\d\/\d/i;

const ESCAPE = String.fromCharCode(27);
const BACKSPACE = String.fromCharCode(8);
/** Colours and cursor moves, window titles, and the backspaces with which Keras rewinds its bar. */
const CONTROLS = new RegExp(
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]|${ESCAPE}\\][^${ESCAPE}\\x07]*(?:\\x07|${ESCAPE}\\\\)|${BACKSPACE}`,
  "g",
);

/** `[1,0]<stdout>:` of Horovod and MPI, the second number (or the only one) being the rank. */
const RANK_PREFIX = /^\[(?:\d{1,9},)?(\d{1,9})\]<std(?:out|err)>: ?/;

/**
 * Reads the output of one run, line after line; Keras's form remembers the epoch it is in.
 *
 * With a pattern (which `checkPattern` must accept, else this throws) only the JSON line and the pattern count.
 */
export function createRecogniser(options: { pattern?: string } = {}): Recogniser {
  const { pattern } = options;
  const forms: Form[] =
    pattern === undefined ? [keras(), lightning, tqdm, huggingFace, pairs] : [customPattern(pattern)];

  return {
    read(text) {
      const inspected = text.length > MAX_INSPECTED_LENGTH ? text.slice(0, MAX_INSPECTED_LENGTH) : text;
      if (pattern === undefined && !MAY_TELL.test(inspected)) return null;
      const line = ofFirstRank(inspected);
      if (line === null) return null;
      const exact = jsonLine(line);
      if (exact) return exact;
      const short = pattern === undefined ? line : line.slice(0, MAX_FORM_LENGTH);
      if (short.length > MAX_FORM_LENGTH) return null;
      for (const form of forms) {
        const progress = form(short);
        if (progress) return progress;
      }
      return null;
    },
  };
}

/** The line without controls and launcher prefix; null if a rank other than 0 printed it, for all ranks tell the same. */
function ofFirstRank(text: string): string | null {
  const plain = text.includes(ESCAPE) || text.includes(BACKSPACE) ? text.replace(CONTROLS, "") : text;
  const line = plain.trim();
  const prefix = RANK_PREFIX.exec(line);
  if (!prefix) return line;
  return Number(prefix[1]) === 0 ? line.slice(prefix[0].length).trim() : null;
}
