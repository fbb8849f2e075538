import { cutStyled } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { type Frame, frame } from "./frame.ts";
import type { Live } from "./live.ts";
import { SORTS, type Sort } from "./picture.ts";

/** What keys do beyond moving about. */
export interface Errands {
  quit(): void;
  /** Shows the job's output, or why it waits. */
  open(id: string, what: "logs" | "why"): void;
}

const HELP = [
  "up, down, j, k   the job before, the next",
  "page up, down    a screen further",
  "enter            its output; of one that waits, why",
  "l, w             its output; why",
  "s                sort: by age, time left, name, GPUs, user",
  "/                only jobs with this text; escape: all",
  "q                quit",
];

/** What is shown, by the keys that were pressed: the frame, a text over it, where it is scrolled to, which job is marked. */
export class Pilot {
  sort: Sort;
  #filter = "";
  #isTyping = false;
  #marked: string | null = null;
  #scroll = 0;
  #frame: Frame | null = null;
  #over: { readonly title: string; readonly lines: readonly string[] } | null = null;
  #trouble: string | null = null;
  #rows = 24;
  readonly #terminal: Terminal;
  readonly #live: Live;
  readonly #errands: Errands;

  constructor(terminal: Terminal, live: Live, sort: Sort, errands: Errands) {
    this.#terminal = terminal;
    this.#live = live;
    this.sort = sort;
    this.#errands = errands;
  }

  /** Stands at the foot of the screen until something else is told; null: nothing. */
  tell(trouble: string | null): void {
    this.#trouble = trouble;
  }

  /** Lines over the frame, scrolled to the last; another call goes on with it. */
  lay(title: string, lines: readonly string[], atEnd: boolean): void {
    this.#over = { title, lines };
    this.#scroll = atEnd ? Number.POSITIVE_INFINITY : 0;
  }

  get isOver(): boolean {
    return this.#over !== null;
  }

  press(key: string): void {
    this.#trouble = null;
    if (key === "interrupt") this.#errands.quit();
    else if (this.#isTyping) this.#type(key);
    else if (this.#over) this.#pressOver(key);
    else this.#pressFrame(key);
  }

  #type(key: string): void {
    if (key === "enter") this.#isTyping = false;
    else if (key === "escape") [this.#isTyping, this.#filter] = [false, ""];
    else if (key === "backspace") this.#filter = this.#filter.slice(0, -1);
    else if (key.length === 1 || /^\P{ASCII}/u.test(key)) this.#filter += key;
  }

  #pressOver(key: string): void {
    if (["q", "escape", "enter", "?"].includes(key)) [this.#over, this.#scroll] = [null, 0];
    else this.#move(key);
  }

  #pressFrame(key: string): void {
    if (key === "q") return this.#errands.quit();
    if (key === "escape") this.#filter = "";
    else if (key === "?") this.lay("Keys", HELP, false);
    else if (key === "/") this.#isTyping = true;
    else if (key === "s") this.sort = SORTS[(SORTS.indexOf(this.sort) + 1) % SORTS.length] ?? "age";
    else if (["enter", "l", "w"].includes(key)) this.#openMarked(key);
    else if (["up", "down", "j", "k"].includes(key) && this.#frame && this.#frame.jobs.length > 0)
      this.#mark(key === "up" || key === "k" ? -1 : 1);
    else this.#move(key);
  }

  #openMarked(key: string): void {
    if (this.#marked === null) return;
    const waits = this.#live.picture.waiting.some(({ id }) => id === this.#marked);
    this.#errands.open(this.#marked, key === "w" || (key === "enter" && waits) ? "why" : "logs");
  }

  /** Marks the job so many lines further, and brings it into sight. */
  #mark(by: number): void {
    const { jobs } = this.#frame as Frame;
    const at = jobs.findIndex(({ id }) => id === this.#marked);
    const next = jobs[at < 0 ? (by > 0 ? 0 : jobs.length - 1) : Math.min(jobs.length - 1, Math.max(0, at + by))];
    if (!next) return;
    this.#marked = next.id;
    const { line } = next;
    const page = Math.max(1, this.#rows - 2);
    if (line < this.#scroll) this.#scroll = at <= 0 ? 0 : line;
    else if (line >= this.#scroll + page) this.#scroll = line - page + 1;
  }

  #move(key: string): void {
    const page = Math.max(1, this.#rows - 2);
    const by = { "page-up": -page, "page-down": page, " ": page, up: -1, k: -1, down: 1, j: 1 }[key];
    if (key === "home" || key === "g") this.#scroll = 0;
    else if (key === "end" || key === "G") this.#scroll = Number.POSITIVE_INFINITY;
    else if (by !== undefined) this.#scroll = Math.max(0, this.#scroll + by);
  }

  /** As many lines as there are rows, none wider than the columns. */
  draw({ columns, rows }: { readonly columns: number; readonly rows: number }, now: number): string[] {
    this.#rows = rows;
    const view = { sort: this.sort, filter: this.#filter, marked: this.#marked };
    this.#frame = frame(this.#terminal, this.#live.picture, this.#live.use, view, columns, now);
    const bold = this.#terminal.style("bold");
    const head = this.#over ? [bold(this.#fit(this.#over.title, columns))] : this.#frame.head;
    const body = this.#over ? this.#over.lines.map((line) => this.#fit(line, columns)) : this.#frame.body;
    const page = Math.max(1, rows - head.length - 1);
    this.#scroll = Math.min(this.#scroll, Math.max(0, body.length - page));
    const shown = body.slice(this.#scroll, this.#scroll + page);
    const below = body.length - this.#scroll - shown.length;
    while (shown.length < page) shown.push("");
    return [...head, ...shown, this.#terminal.style("dim")(this.#fit(this.#footer(below), columns))].slice(0, rows);
  }

  #footer(below: number): string {
    const more = below > 0 ? `${below} more · ` : "";
    if (this.#trouble) return this.#trouble;
    if (this.#isTyping) return `/${this.#filter}_`;
    if (this.#over) return `${more}q back`;
    return `${more}${this.#filter ? `/${this.#filter} · ` : ""}? keys · q quit · by ${this.sort}`;
  }

  #fit = (line: string, columns: number): string =>
    cutStyled(this.#terminal.signs(line), columns, this.#terminal.cutSign);
}
