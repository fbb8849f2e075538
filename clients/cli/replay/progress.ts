import { SingleBar } from "cli-progress";
import { counted } from "../format.ts";
import { bar } from "../progress.ts";
import { cutTo } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import type { Play } from "./play.ts";

/** Without a terminal, a line for each tenth of the way. */
const TENTHS = 10;

/** How far a replay is. */
export interface PlayProgress {
  show(play: Play): void;
  stop(): void;
}

export const playProgress = (terminal: Terminal, quiet: boolean): PlayProgress =>
  quiet ? { show() {}, stop() {} } : terminal.canDraw ? new OneBar(terminal) : new Notes(terminal);

/** What is done of it all: of a job half when it is submitted, the other when it is over. */
function fractionOf({ cues, done, cast }: Play): number {
  const { submitted, over } = cast.counts;
  return cues.length === 0
    ? 1
    : (done / cues.length + (submitted === 0 ? 0 : over / submitted) * (done / cues.length)) / 2;
}

function wordsOf({ cues, cast }: Play): string {
  const { submitted, waiting, running, over } = cast.counts;
  const all = cues.filter(({ kind }) => kind === "submit").length;
  return `${submitted} of ${counted(all, "job")} submitted, ${waiting} waiting, ${running} running, ${over} over`;
}

class OneBar implements PlayProgress {
  readonly #bar: SingleBar;

  constructor(terminal: Terminal) {
    const columns = (): number => (terminal.io.stdout.columns || 80) - 1;
    this.#bar = new SingleBar({
      stream: terminal.io.stdout as NodeJS.WritableStream,
      format: (_, { progress }, { words }: { words: string }) => {
        return terminal.signs(cutTo(`${bar(progress, columns())} ${words}`, columns()));
      },
      gracefulExit: false, // Ctrl-C is told by the command
      hideCursor: true,
      fps: 10,
    });
    this.#bar.start(1, 0, { words: "" });
  }

  show(play: Play): void {
    this.#bar.update(fractionOf(play), { words: wordsOf(play) });
  }
  stop(): void {
    this.#bar.stop();
  }
}

class Notes implements PlayProgress {
  readonly #terminal: Terminal;
  #said = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(play: Play): void {
    const tenth = Math.floor(fractionOf(play) * TENTHS);
    if (tenth <= this.#said) return;
    this.#said = tenth;
    this.#terminal.note(wordsOf(play));
  }
  stop(): void {}
}
