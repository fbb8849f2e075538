/** A stretch of a line that looks one way. `marks` are class names; `isCode`: it stands for something that cannot be shown. */
export interface Piece {
  readonly text: string;
  readonly marks: string;
  readonly isCode: boolean;
}

const ESC = "\u001b";
/** More control codes in a row are noise: they are counted, not spelled out. */
const MOST_CODES = 8;

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is looked for
/**
 * What must not reach the page as it is: control characters but tab, what turns the direction of writing around, what is
 * invisible, and what breaks lines.
 */
const UNSAFE =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]/;
/** A control sequence of a terminal: its parameters, and the letter that says what it does. */
const CSI = /\u001b\[([0-9:;<=>?]*)[ -/]*([@-~])/y;
/** A string for the terminal itself (a title, a link, the clipboard), with its end; and an escape of two or three characters. */
const OTHER = /\u001b(?:[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])/y;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: they are what is looked for

/**
 * A line of a job's output as it would look on a terminal: carriage returns and backspaces write over what was there, colours
 * become class names. Every other control code is left out or stands there as a mark: none does anything.
 */
export function piecesOf(text: string): readonly Piece[] {
  if (!UNSAFE.test(text)) return text === "" ? [] : [{ text, marks: "", isCode: false }];
  const row = new Row();
  for (let at = 0; at < text.length; ) {
    const character = text[at] as string;
    if (character === ESC) {
      const csi = matchAt(CSI, text, at);
      const match = csi ?? matchAt(OTHER, text, at);
      if (csi?.[2] === "m") row.style(csi[1] ?? "");
      else if (csi?.[2] === "K") row.erase(csi[1] ?? "");
      else if (!match) row.put("␛", true); // it would swallow what follows it
      at += match ? match[0].length : 1;
      continue;
    }
    if (character === "\r") row.at = 0;
    else if (character === "\b") row.at = Math.max(0, row.at - 1);
    else {
      const whole = String.fromCodePoint(text.codePointAt(at) as number);
      if (UNSAFE.test(whole)) row.put(nameOf(whole), true);
      else row.put(whole, false);
      at += whole.length;
      continue;
    }
    at += 1;
  }
  return row.pieces();
}

/** The text of a line as it is read, searched and copied: without codes of the terminal. */
export const plainText = (text: string): string =>
  UNSAFE.test(text)
    ? piecesOf(text)
        .map((piece) => piece.text)
        .join("")
    : text;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** `␀` for control characters that have a picture, `\x9b` and `\u202e` for others. */
function nameOf(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  return code < 0x100 ? `\\x${code.toString(16)}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

interface Cell {
  readonly text: string;
  readonly marks: string;
  readonly isCode: boolean;
}

/** What a terminal has in one row. */
class Row {
  at = 0;
  readonly #cells: Cell[] = [];
  #look: Look = plain;
  #marks = "";

  put(text: string, isCode: boolean): void {
    while (this.#cells.length < this.at) this.#cells.push(blank);
    this.#cells[this.at] = { text, marks: isCode ? "" : this.#marks, isCode };
    this.at += 1;
  }

  style(parameters: string): void {
    this.#look = lookAfter(this.#look, parameters);
    this.#marks = marksOf(this.#look);
  }

  /** To the end; `1`: to here; `2`: all. */
  erase(parameter: string): void {
    if (parameter === "1") this.#cells.fill(blank, 0, this.at);
    else this.#cells.length = parameter === "2" ? 0 : Math.min(this.#cells.length, this.at);
  }

  pieces(): readonly Piece[] {
    const pieces: Piece[] = [];
    for (let from = 0; from < this.#cells.length; ) {
      const { marks, isCode } = this.#cells[from] as Cell;
      let to = from + 1;
      while (this.#cells[to]?.marks === marks && this.#cells[to]?.isCode === isCode) to += 1;
      const isNoise = isCode && to - from > MOST_CODES;
      const text = isNoise
        ? `⟨${to - from} control codes⟩`
        : this.#cells
            .slice(from, to)
            .map((cell) => cell.text)
            .join("");
      pieces.push({ text, marks, isCode });
      from = to;
    }
    return pieces;
  }
}

const blank: Cell = { text: " ", marks: "", isCode: false };

/** Colours are 0 to 15, as terminals count them; null is the page's own. */
interface Look {
  readonly text: number | null;
  readonly ground: number | null;
  readonly styles: ReadonlySet<string>;
}

const plain: Look = { text: null, ground: null, styles: new Set() };

const STYLES: Readonly<Record<number, string>> = {
  1: "bold",
  2: "faint",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
};
/** What ends each: 22 ends two. */
const ENDS: Readonly<Record<number, readonly string[]>> = {
  21: ["bold"],
  22: ["bold", "faint"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
};

/** ECMA-48, "select graphic rendition"; extended colours as xterm has them. What is not known changes nothing. */
function lookAfter(before: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map((code) => Number(code || 0));
  let { text, ground } = before;
  const styles = new Set(before.styles);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    const style = STYLES[code];
    if (code === 0) {
      text = null;
      ground = null;
      styles.clear();
    } else if (style) styles.add(style);
    else if (ENDS[code]) for (const end of ENDS[code]) styles.delete(end);
    else if (code >= 30 && code <= 37) text = code - 30;
    else if (code >= 90 && code <= 97) text = code - 82;
    else if (code === 39) text = null;
    else if (code >= 40 && code <= 47) ground = code - 40;
    else if (code >= 100 && code <= 107) ground = code - 92;
    else if (code === 49) ground = null;
    else if (code === 38 || code === 48) {
      const isIndex = codes[i + 1] === 5;
      const colour = isIndex ? ofPalette(codes[i + 2] ?? 0) : nearest(codes.slice(i + 2, i + 5));
      if (code === 38) text = colour;
      else ground = colour;
      i += isIndex ? 2 : 4;
    }
  }
  return { text, ground, styles };
}

const marksOf = ({ text, ground, styles }: Look): string =>
  [
    ...[...styles].map((style) => `sgr-${style}`),
    ...(text === null ? [] : [`sgr-text-${text}`]),
    ...(ground === null ? [] : [`sgr-ground-${ground}`]),
  ].join(" ");

/** A colour of the 256 as one of the 16 that the page has for light and for dark. */
function ofPalette(index: number): number {
  if (index < 16) return index;
  if (index >= 232) return nearest([8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10]);
  const [red, green, blue] = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6];
  return nearest([red * 51, green * 51, blue * 51]);
}

function nearest([red = 0, green = 0, blue = 0]: readonly number[]): number {
  const brightest = Math.max(red, green, blue);
  if (brightest - Math.min(red, green, blue) < 40)
    return brightest < 64 ? 0 : brightest < 140 ? 8 : brightest < 220 ? 7 : 15;
  const bits = [red, green, blue].reduce((all, part, bit) => all | (part > brightest * 0.5 ? 1 << bit : 0), 0);
  return bits + (brightest > 200 ? 8 : 0);
}
