import type { Terminal } from "../terminal.ts";

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[2J";
const LEAVE = "\u001b[?25h\u001b[?1049l";
/** Terminals that know it show what lies between as one change; others pass it over. */
const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";

type Resizable = {
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
};

/** The terminal's other screen, for as long as it is open: what stood on it before is there again afterwards, however the program ends. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #onKey: (key: string) => void;
  readonly #onResize: () => void;
  #shown: readonly string[] = [];
  #isOpen = false;

  constructor(terminal: Terminal, { onKey, onResize }: { onKey(key: string): void; onResize(): void }) {
    this.#terminal = terminal;
    this.#onKey = onKey;
    this.#onResize = () => {
      this.#shown = [];
      this.#write("\u001b[2J");
      onResize();
    };
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#terminal.io.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  open(): void {
    const { stdin, stdout } = this.#terminal.io;
    this.#isOpen = true;
    this.#write(ENTER);
    stdin.setRawMode?.(true);
    stdin.on("data", this.#hear);
    stdin.resume();
    (stdout as unknown as Resizable).on("resize", this.#onResize);
    process.on("exit", this.close);
  }

  /** Draws what differs from what is there. */
  draw(lines: readonly string[]): void {
    const { rows } = this.size;
    const changes: string[] = [];
    for (let i = 0; i < rows; i++) {
      const line = lines[i] ?? "";
      if (line !== (this.#shown[i] ?? "")) changes.push(`\u001b[${i + 1};1H${line}\u001b[K`);
    }
    this.#shown = lines.slice(0, rows);
    if (changes.length > 0) this.#write(`${BEGIN}${changes.join("")}${END}`);
  }

  readonly close = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { stdin, stdout } = this.#terminal.io;
    process.off("exit", this.close);
    (stdout as unknown as Resizable).off("resize", this.#onResize);
    stdin.off("data", this.#hear);
    stdin.setRawMode?.(false);
    stdin.pause();
    this.#write(LEAVE);
  };

  readonly #hear = (chunk: Buffer | string): void => {
    for (const key of keysIn(String(chunk))) this.#onKey(key);
  };

  #write(text: string): void {
    this.#terminal.io.stdout.write(text);
  }
}

const NAMES: Readonly<Record<string, string>> = {
  "\u001b[A": "up",
  "\u001bOA": "up",
  "\u001b[B": "down",
  "\u001bOB": "down",
  "\u001b[5~": "page-up",
  "\u001b[6~": "page-down",
  "\u001b[H": "home",
  "\u001b[1~": "home",
  "\u001b[F": "end",
  "\u001b[4~": "end",
  "\u001b": "escape",
  "\r": "enter",
  "\n": "enter",
  "\u007f": "backspace",
  "\b": "backspace",
  "\u0003": "interrupt",
};

/** The keys of what a terminal sends: letters as they are, others by their names. */
export function keysIn(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are told by them
  const parts = text.match(/\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])|[\s\S]/gu) ?? [];
  return parts.map((part) => NAMES[part] ?? part).filter((key) => !key.startsWith("\u001b"));
}
