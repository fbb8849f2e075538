import { setTimeout } from "node:timers/promises";
import type { Session } from "./cli.ts";
import { untilFirstFailure } from "./follow-job.ts";
import { Screen } from "./top/screen.ts";

/** What is shown, and how often it is asked for. */
export interface Shown<Answer> {
  ask(until: AbortSignal, screen: Screen | null): Promise<Answer>;
  /** As it is drawn on a terminal. */
  lines(answer: Answer): readonly string[];
  /** As it is printed elsewhere. */
  text(answer: Answer): string;
  /** No more often than this. */
  readonly restMillis: number;
  /** At least as often on a terminal, and elsewhere too if `alwaysTicks`, since times pass. */
  readonly tickMillis: number;
  readonly alwaysTicks?: boolean;
  /** Never drawn, only printed. */
  readonly isPlain?: boolean;
}

/**
 * Shows an answer anew whenever something has happened to any job: in its place on a terminal, else whenever its text has changed. Ends with
 * Ctrl-C, on a terminal with q as well.
 */
export async function keepCurrent<Answer>(
  { client, terminal, json, signal }: Session,
  { ask, lines, text, restMillis, tickMillis, alwaysTicks = false, isPlain = false }: Shown<Answer>,
): Promise<undefined> {
  const { eventCursor: after } = await client.cluster({ signal });
  const quit = new AbortController();
  const until = AbortSignal.any([signal, quit.signal]);
  let isStale = true;
  const onKey = (key: string): void => {
    if (key === "q" || key === "escape" || key === "interrupt") quit.abort();
  };
  const onResize = (): void => {
    isStale = true;
  };
  const screen = terminal.canDraw && !json && !isPlain ? new Screen(terminal, { onKey, onResize }) : null;
  const follow = async (): Promise<void> => {
    for await (const { event } of client.followJobs({ after, signal: until })) isStale ||= Boolean(event);
  };
  let said = "";
  const show = async (): Promise<void> => {
    for (let askedAt = 0; !until.aborted; await pause(restMillis, until)) {
      if (!isStale && !((screen || alwaysTicks) && Date.now() - askedAt >= tickMillis)) continue;
      isStale = false;
      askedAt = Date.now();
      const answer = await ask(until, screen);
      if (screen) screen.draw(lines(answer));
      else {
        const now = text(answer);
        if (now !== said) terminal.io.stdout.write(`${now}\n`);
        said = now;
      }
    }
  };
  screen?.open();
  try {
    await untilFirstFailure(until, () => [follow(), show()]);
  } catch (error) {
    if (!until.aborted) throw error;
  } finally {
    screen?.close();
  }
  signal.throwIfAborted();
  return undefined;
}

const pause = (millis: number, signal: AbortSignal): Promise<void> =>
  setTimeout(millis, undefined, { signal }).catch(() => {});
