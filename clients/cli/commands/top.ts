import { type Command, Option } from "commander";
import type { ExplainedJob } from "../../sdk/index.ts";
import { type Cli, examples, type Session } from "../cli.ts";
import { formatTime } from "../format.ts";
import { wrapTo } from "../table.ts";
import { frame } from "../top/frame.ts";
import { Live, lookAt } from "../top/live.ts";
import { SORTS, type Sort, Use } from "../top/picture.ts";
import { Pilot } from "../top/pilot.ts";
import { Screen } from "../top/screen.ts";

/** No more often is anything drawn. */
const FRAME_MILLIS = 100;
/** How often ages go on where nothing else changes. */
const TICK_MILLIS = 1_000;
const LOG_LINES = 1_000;

interface Options {
  readonly once?: boolean;
  readonly sort: Sort;
}

export function top(program: Command, cli: Cli): void {
  program
    .command("top")
    .summary("watch servers, GPUs, running and waiting jobs live")
    .description(
      "Shows the cluster live: servers, GPUs with who has them and how busy they are, running jobs with their progress and the time left, and why the others wait. Press ? for the keys. Without a terminal it prints what is now.",
    )
    .option("--once", "print what is now, and end")
    .addOption(new Option("--sort <key>", "jobs by this").choices(SORTS).default("age"))
    .addHelpText("after", examples("top", "top --once", "top --once --json"))
    .action(
      cli.act(async (session, { once, sort }: Options) => {
        const { client, terminal, json, signal } = session;
        const picture = await lookAt(client, signal);
        if (json && once) return void terminal.printJson({ at: new Date().toISOString(), ...picture });
        if (json) return follow(session, new Live(client, picture, () => {}));
        if (once || !terminal.canDraw) {
          const shown = frame(
            terminal,
            picture,
            new Use(),
            { sort, filter: "", marked: null },
            terminal.width,
            Date.now(),
          );
          for (const line of [...shown.head, "", ...shown.body]) terminal.print(line);
          return undefined;
        }
        return watch(session, picture, sort);
      }),
    );
}

/** A line of JSON for each change. */
async function follow({ terminal, client, signal }: Session, { picture }: Live): Promise<undefined> {
  let at = 0;
  const live: Live = new Live(client, picture, () => {
    if (Date.now() - at < TICK_MILLIS) return;
    at = Date.now();
    terminal.printJson({ at: new Date(at).toISOString(), ...live.picture }, { pretty: false });
  });
  terminal.printJson({ at: new Date().toISOString(), ...picture }, { pretty: false });
  await live.run(signal);
  return undefined;
}

async function watch(session: Session, picture: Live["picture"], sort: Sort): Promise<undefined> {
  const { client, terminal, signal } = session;
  const quit = new AbortController();
  const until = AbortSignal.any([signal, quit.signal]);
  let reading: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const draw = (): void => {
    timer = null;
    screen.draw(pilot.draw(screen.size, Date.now()));
  };
  const redraw = (): void => {
    timer ??= setTimeout(draw, FRAME_MILLIS);
  };
  const live = new Live(client, picture, redraw);
  const pilot = new Pilot(terminal, live, sort, {
    quit: () => quit.abort(),
    open(id, what) {
      reading = new AbortController();
      const shown = AbortSignal.any([until, reading.signal]);
      const read =
        what === "why" ? readWhy(session, pilot, screen, id, shown) : readLog(session, pilot, id, redraw, shown);
      read.then(redraw, (error: unknown) => {
        if (!shown.aborted) pilot.tell(error instanceof Error ? error.message : String(error));
        redraw();
      });
    },
  });
  const screen = new Screen(terminal, {
    onKey(key) {
      const wasOver = pilot.isOver;
      pilot.press(key);
      if (wasOver && !pilot.isOver) reading?.abort();
      if (!until.aborted) draw();
    },
    onResize: draw,
  });
  const tick = setInterval(redraw, TICK_MILLIS);
  screen.open();
  try {
    draw();
    await Promise.race([live.run(until), aborted(until)]);
  } finally {
    clearInterval(tick);
    if (timer) clearTimeout(timer);
    screen.close();
  }
  return undefined;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

async function readWhy(
  { client }: Session,
  pilot: Pilot,
  screen: Screen,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const job = await client.why(id, { changes: 20, signal });
  pilot.lay(
    `${id} ${job.name}: why`,
    whyLines(job).flatMap((line) => wrapTo(line, screen.size.columns)),
    false,
  );
}

function whyLines({ why: { summary, blockers, smallestChange, placement, changes } }: ExplainedJob): string[] {
  return [
    summary,
    ...blockers.map(({ message }) => `- ${message}`),
    ...(smallestChange ? ["", `it would start ${smallestChange.message}`] : []),
    ...(placement ? ["", placement.message] : []),
    ...(changes.length > 0 ? ["", ...changes.map(({ at, message }) => `${formatTime(at)}  ${message}`)] : []),
  ];
}

/** Its last lines, and what comes. */
async function readLog(
  { client, terminal }: Session,
  pilot: Pilot,
  id: string,
  redraw: () => void,
  signal: AbortSignal,
): Promise<void> {
  const title = `${id}: output`;
  const stored = await client.logs(id, { last: LOG_LINES }, { signal });
  let lines = stored.lines.map(({ text }) => terminal.jobText(text));
  pilot.lay(title, lines.length > 0 ? lines : ["it has printed nothing yet"], true);
  redraw();
  for await (const batch of client.followLogs(id, { after: stored.cursor, signal })) {
    if (batch.lines.length === 0) continue;
    lines = [...lines, ...batch.lines.map(({ text }) => terminal.jobText(text))].slice(-LOG_LINES);
    if (signal.aborted) return;
    pilot.lay(title, lines, true);
    redraw();
  }
}
