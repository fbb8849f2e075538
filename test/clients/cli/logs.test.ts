import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { JobLogs } from "../../../src/store/job-logs.ts";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, holding, inHouse, url } = cliHouse();
const program = fileURLToPath(new URL("../../../bin/schedulearn.mjs", import.meta.url));

async function done(...words: string[]): Promise<string> {
  const { id } = await json(["submit", ...words]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  return id;
}

/** A job that is over and has printed these lines, a second apart from the first of January 2026 on. */
async function printed(lines: number, text: (n: number) => string): Promise<string> {
  const id = await done("--", "true");
  const logs = new JobLogs(join(inHouse("data"), "logs"));
  for (let from = 0; from < lines; from += 20_000)
    logs.append(
      id,
      2,
      Array.from({ length: Math.min(20_000, lines - from) }, (_, i) => ({
        at: Date.parse("2026-01-01T00:00:00Z") + (from + i) * 1000,
        stream: "stdout" as const,
        position: String(from + i),
        text: text(from + i),
      })),
    );
  logs.close(id, 2);
  return id;
}

test("--grep, -i, -v, --since, --until and --tail choose lines on the server, alone and together", async () => {
  const id = await printed(3_000, (n) => `Epoch ${n} ${n % 1000 === 999 ? "LOSS IS NaN" : "fine"}`);
  const said = async (...flags: string[]): Promise<string[]> =>
    (await cli(["logs", id, ...flags])).out.trimEnd().split("\n").filter(Boolean);
  expect(await said("--grep", "nan$", "-i")).toEqual([999, 1999, 2999].map((n) => `Epoch ${n} LOSS IS NaN`));
  expect(await said("--grep", "NaN", "--tail", "1")).toEqual(["Epoch 2999 LOSS IS NaN"]);
  expect(await said("--grep", "1|2|3|4|5|6|7|8|9", "-v")).toEqual(["Epoch 0 fine"]);
  expect(await said("--since", "2026-01-01T00:00:10Z", "--until", "2026-01-01T00:00:12Z", "-t")).toEqual([
    "2026-01-01T00:00:10.000Z Epoch 10 fine",
    "2026-01-01T00:00:11.000Z Epoch 11 fine",
  ]);
  expect((await said("--tail", "2500")).length).toBe(2_500);
  expect((await said("--tail", "2500"))[0]).toBe("Epoch 500 fine");
  expect((await said("--attempt", "2", "--tail", "1500"))[0]).toBe("Epoch 1500 fine");
  expect(await json(["logs", id, "--grep", "NaN"])).toMatchObject({ id, lines: [{ attempt: 2 }, {}, {}] });
  const nothing = await cli(["logs", id, "--grep", "nowhere"]);
  expect(nothing).toEqual({ code: 0, out: "", err: `no line of ${id} is like that\n` });
});

test.each([
  [["--grep", "("], /--grep: Invalid regular expression/],
  [["-i"], /-i and -v belong to --grep/],
  [["--since", "yesterday"], /how long ago, such as 10m/],
  [["-f", "--until", "10m"], /--until .* cannot stand beside --follow/],
])("logs 1 %j is refused", async (flags, message) => {
  expect(await cli(["logs", "1", ...flags])).toMatchObject({ code: 2, err: expect.stringMatching(message) });
});

test("several jobs are printed one behind the other, and followed together, each line with whose it is", async () => {
  const [a, b] = [await done("--name", "a", "--", "echo one"), await done("--name", "b", "--", "echo two")];
  expect((await cli(["logs", "a", b])).out).toBe(`${a} | one\n${b} | two\n`);
  const { jobs } = await json(["logs", a, b, a]);
  expect(jobs.map(({ id, lines }: { id: string; lines: object[] }) => [id, lines.length])).toEqual([
    [a, 1],
    [b, 1],
  ]);
  const first = await holding("first");
  const second = await holding("second");
  const following = cli(["logs", "-f", "--grep", "runs", first.id, second.id]);
  first.release();
  second.release();
  const { code, out, err } = await following;
  expect([code, out.split("\n").sort()]).toEqual([0, ["", `${first.id} | first runs`, `${second.id} | second runs`]]);
  expect(err).toMatch(new RegExp(`${first.id} completed in`));
  const items = (await cli(["logs", "-f", "--json", a, b])).out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(items.map(({ job, text }) => `${job} ${text}`).sort()).toEqual([`${a} one`, `${b} two`]);
});

test("Ctrl-C leaves a followed job running, and says how to follow it again", async () => {
  const { id, release } = await holding("interrupted");
  const stop = new AbortController();
  const { code, err } = await cli(["logs", "-f", id], {
    signal: stop.signal,
    onOutput: (out) => out.includes("runs") && stop.abort(),
  });
  expect([code, err]).toEqual([
    130,
    expect.stringContaining(`${id} goes on; follow again with schedulearn logs -f --tail 0 ${id}\n`),
  ]);
  expect((await json(["show", id])).status).toBe("RUNNING");
  release();
});

test("a long log is streamed in little memory, whole and searched", async () => {
  const id = await printed(60_000, (n) => `step ${n} ${"x".repeat(60)}${n === 55_000 ? " diverged" : ""}`);
  const run = async (...flags: string[]) => {
    const child = spawn(process.execPath, ["--max-old-space-size=40", program, "logs", id, ...flags], {
      env: { ...process.env, SCHEDULEARN_URL: url() },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [lines, bytes, err] = [0, 0, ""];
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines += 1;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const [code] = await once(child, "close");
    return { code, lines, bytes, err };
  };
  expect(await run()).toMatchObject({ code: 0, lines: 60_000, err: "" });
  expect(await run("--json")).toMatchObject({ code: 0, lines: 60_000, err: "" });
  expect(await run("--grep", "diverged")).toMatchObject({ code: 0, lines: 1, err: "" });
});
