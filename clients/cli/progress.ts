import { type Bar, MultiBar } from "cli-progress";
import type { Job, Progress } from "../sdk/index.ts";
import { formatProgress, formatShare } from "./format.ts";
import { safeWord } from "./safe-text.ts";
import { isOver, reasonOf, statusWords } from "./status.ts";
import { cutTo } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** Below so many columns, label and bar are short. */
const NARROW = 60;
/** Without a terminal, a line for each tenth of the way. */
const LINES_PER_JOB = 10;

export type Shown = Pick<
  Job,
  "id" | "name" | "status" | "phase" | "phaseFraction" | "pausedBy" | "server" | "progress" | "failure" | "statusReason"
>;

/** How far jobs are, as they go. */
export interface ProgressView {
  job(job: Shown): void;
  /** Text that stays: above the bars. It ends its own lines. */
  write(text: string): void;
  /** The bars stay as they are. */
  stop(): void;
}

/** A bar for each job on a terminal; elsewhere a line whenever there is something new to say. */
export const progressView = (terminal: Terminal): ProgressView =>
  terminal.canDraw ? new Bars(terminal) : new Lines(terminal);

const details = (progress: Progress | null): string => (progress ? safeWord(formatProgress(progress)) : "");

class Bars implements ProgressView {
  readonly #terminal: Terminal;
  readonly #multiBar: MultiBar;
  readonly #bars = new Map<string, Bar>();
  /** Text without the end of its line: it waits, since a bar would be drawn over it. */
  #unended = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#multiBar = new MultiBar({
      stream: terminal.io.stdout as NodeJS.WritableStream,
      format: (_options, { progress }, { label, words }: { label: string; words: string }) =>
        terminal.signs(cutTo(`${label} ${bar(progress, this.#columns)} ${words}`, this.#columns - 1)),
      gracefulExit: false, // Ctrl-C is told by the command
      hideCursor: true,
      linewrap: true,
      fps: 10,
    });
  }

  get #columns(): number {
    return this.#terminal.io.stdout.columns ?? 80;
  }

  job(job: Shown): void {
    const wide = this.#columns < NARROW ? 8 : 24;
    const label = cutTo(`${job.id} ${safeWord(job.name)}`, wide).padEnd(wide);
    const state = job.server ? `${statusWords(job)} on ${job.server.name}` : statusWords(job);
    const more = reasonOf(job) || details(job.progress);
    const words = [formatShare(job.progress).padStart(4), state, safeWord(more)].filter(Boolean).join("  ");
    const fraction = job.status === "COMPLETED" ? 1 : (job.progress?.fraction ?? 0);
    const known = this.#bars.get(job.id);
    if (known) known.update(fraction, { label, words });
    else this.#bars.set(job.id, this.#multiBar.create(1, fraction, { label, words }));
  }

  write(text: string): void {
    const end = text.lastIndexOf("\n") + 1;
    const whole = this.#unended + text.slice(0, end);
    if (end > 0) {
      this.#multiBar.log(whole);
      this.#unended = text.slice(end);
    } else this.#unended += text;
  }

  stop(): void {
    this.#multiBar.update();
    this.#multiBar.stop();
    if (this.#unended) this.#terminal.print(this.#unended);
  }
}

/** `███░░`: the narrower the terminal, the shorter. */
export function bar(fraction: number, columns: number): string {
  const width = columns < NARROW ? 5 : 20;
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

class Lines implements ProgressView {
  readonly #terminal: Terminal;
  readonly #said = new Map<string, string>();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  job(job: Shown): void {
    const state = job.server ? `${job.status.toLowerCase()} on ${job.server.name}` : job.status.toLowerCase();
    const tenth = Math.floor((job.progress?.fraction ?? 0) * LINES_PER_JOB);
    const key = `${state} ${tenth}`;
    if (this.#said.get(job.id) === key) return;
    this.#said.set(job.id, key);
    const more = isOver(job) ? reasonOf(job) : details(job.progress);
    const words = [job.id, job.name, state, formatShare(job.progress), more].filter(
      (word) => word !== "" && word !== "-",
    );
    this.#terminal.print(words.join("  "));
  }

  write(text: string): void {
    this.#terminal.io.stdout.write(text);
  }

  stop(): void {}
}
