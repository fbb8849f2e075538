import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { main } from "../../../clients/cli/main.ts";
import { keysIn } from "../../../clients/cli/top/screen.ts";
import { serverSide } from "../../../src/server-side.ts";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, holding, url } = cliHouse();

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is looked for
const COLOUR = /\u001b\[[0-9;]*m/g;
const DRAWN = /\u001b\[(\d+);1H([\s\S]*?)\u001b\[K/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: they are what is looked for

/** A terminal with a person at it: what the screen shows, and keys to press. */
function terminal(columns: number, rows: number) {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    raw: [] as boolean[],
    setRawMode: (raw: boolean) => stdin.raw.push(raw),
  });
  let written = "";
  const stdout = Object.assign(
    new Writable({
      write(chunk, _, done) {
        written += chunk;
        done();
      },
    }),
    { isTTY: true, columns, rows },
  );
  const stop = new AbortController();
  const env = { SCHEDULEARN_URL: url() };
  const ended = main(
    ["top"],
    { stdin, stdout: stdout as never, stderr: new PassThrough(), env, signal: stop.signal },
    serverSide,
  );
  const screen = (): string => {
    const lines: string[] = [];
    for (const [, row, line = ""] of written.matchAll(DRAWN)) lines[Number(row) - 1] = line.replace(COLOUR, "");
    return Array.from({ length: stdout.rows }, (_, i) => lines[i] ?? "").join("\n");
  };
  const resize = (to: number): void => {
    stdout.columns = to;
    written = "";
    stdout.emit("resize");
  };
  return { stdin, stop, ended, screen, resize, press: (keys: string) => stdin.write(keys), written: () => written };
}

test("top shows servers, running and waiting jobs live, and its keys move, filter, open and quit", async () => {
  await json(["servers", "add", "gpus", "local", "--gpus", "1", "--cores", "1"]);
  const first = await holding("first", "--gpus", "1");
  const { screen, press, ended, stdin, written } = terminal(100, 30);
  await eventually(screen).toMatch(/^fifo · 3 servers · GPUs 1\/1/);
  expect(screen()).toMatch(/gpus\/0 .* leased +job-\d+ first/);
  expect(screen()).toMatch(new RegExp(`RUNNING 1\\n.*\\n${first.id} `));
  const { id } = await json(["submit", "--name", "second", "--gpus", "1", "--", "true"]);
  await eventually(screen).toMatch(new RegExp(`WAITING 1\\n.*\\n${id} +second +1 GPU .*GPU`));
  press("j\r");
  await eventually(screen).toMatch(new RegExp(`^${first.id}: output\\nfirst runs\\n`));
  press("q");
  await eventually(screen).toMatch(/^fifo/);
  press("\u001b[B\r");
  await eventually(screen).toMatch(new RegExp(`^${id} second: why\\n.*GPU`));
  press("q/sec");
  await eventually(screen).toMatch(/RUNNING 0 of 1[\s\S]*\/sec_$/);
  press("\u001b");
  await eventually(screen).toMatch(/RUNNING 1\n/);
  press("?");
  await eventually(screen).toMatch(/^Keys\n/);
  press("q");
  first.release();
  await eventually(screen).toMatch(/RUNNING 0\n[\s\S]*WAITING 0/);
  press("q");
  expect(await ended).toBe(0);
  expect(stdin.raw).toEqual([true, false]);
  expect(written().endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
});

test("top draws only what has changed, fits any width, and gives the terminal back on Ctrl-C and when it is told to end", async () => {
  const { id, release } = await holding("narrow");
  const shown = terminal(200, 20);
  await eventually(shown.screen).toContain(id);
  for (const columns of [200, 80, 40, 20]) {
    shown.resize(columns);
    await eventually(shown.screen).toMatch(/^fifo/);
    for (const line of shown.screen().split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
    expect(shown.screen()).toContain(id);
  }
  const before = shown.written().length;
  shown.press("x"); // means nothing
  shown.press("s");
  await eventually(shown.screen).toMatch(/by lef|by left|…$/);
  expect(shown.written().length - before).toBeLessThan(400);
  shown.press("\u0003");
  expect(await shown.ended).toBe(0);
  const told = terminal(80, 20);
  await eventually(told.screen).toContain(id);
  told.stop.abort();
  expect(await told.ended).toBe(130);
  expect(told.written().endsWith("\u001b[?1049l")).toBe(true);
  release();
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED"); // the next test counts what runs
});

test("top --once prints what is now, plain in a pipe and in a dumb terminal, and --json the same as a document", async () => {
  const { id, release } = await holding("once");
  const { out, err } = await cli(["top", "--once"]);
  expect([out.match(COLOUR), err]).toEqual([null, ""]);
  expect(out).toMatch(new RegExp(`RUNNING 1\\nJOB .*\\n${id} .* once `));
  expect((await cli(["top"])).out).toContain(id);
  const dumb = await cli(["top"], { columns: 60, env: { TERM: "dumb" } });
  expect(dumb.out).not.toContain("\u001b");
  const picture = await json(["top", "--once"]);
  expect(picture.running.map((job: { id: string }) => job.id)).toEqual([id]);
  expect(Object.keys(picture)).toEqual([
    "at",
    "cluster",
    "servers",
    "running",
    "waiting",
    "waitingCount",
    "completedLastHour",
  ]);
  release();
});

test("keys that come together, or as the terminal spells them, are told apart", () => {
  expect(keysIn("j\u001b[A\u001bOBq")).toEqual(["j", "up", "down", "q"]);
  expect(keysIn("\u001b[5~\u001b[6~\u001b[15~é")).toEqual(["page-up", "page-down", "é"]);
  expect(keysIn("\u001b")).toEqual(["escape"]);
});
