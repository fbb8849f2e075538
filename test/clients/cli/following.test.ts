import { expect, test } from "vitest";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, holding } = cliHouse();

test("submit --follow prints the output and tells a failure by its exit code", async () => {
  const good = await cli(["submit", "--follow", "--", "echo one; echo two"]);
  expect([good.code, good.out]).toEqual([0, "one\ntwo\n"]);
  expect(good.err).toMatch(/^(job-\d+) submitted\n(\1 .+\n)*\1 completed in [\d.]+s\n$/);
  const bad = await cli(["submit", "--follow", "--", "echo oh; exit 7"]);
  expect([bad.code, bad.out]).toEqual([1, "oh\n"]);
  expect(bad.err).toMatch(/\n(job-\d+) failed: exited with code 7\n$/);
});

test("submit --follow tells once why the job waits and where it runs; cancelled, it says so", async () => {
  const all = String((await json(["servers"])).servers[0].cores);
  const { id, release } = await holding("first", "--cores", all);
  const second = await holding("second", "--cores", all);
  const said = { err: "" };
  const followed = cli(["submit", "--follow", "--", "sleep 60"], {
    onOutput: (_, err) => {
      said.err = err;
    },
  });
  await eventually(() => said.err).toMatch(/waits: needs 1 core; none is free/);
  const third = /^job-\d+/.exec(said.err)?.[0] ?? "";
  expect((await cli(["logs", third])).err).toMatch(
    /^job-\d+ has printed nothing yet: it waits: needs 1 core; none is free/,
  );
  release();
  await eventually(() => said.err).toMatch(/runs on (alpha|beta)\n/);
  await cli(["cancel", third, "--grace", "0"]);
  second.release();
  const { code, err } = await followed;
  expect(code).toBe(1);
  expect(err.match(/waits: needs 1 core/g)?.length).toBe(1);
  expect(err).toMatch(new RegExp(`\n${third} cancelled(: .+)?\n$`));
  expect((await json(["show", id])).status).toBe("COMPLETED");
});

test("a key that is used again tells that the job is not a new one", async () => {
  const again = ["submit", "--idempotency-key", "once", "--", "true"];
  const first = await cli(again);
  const id = /^(job-\d+) submitted;/.exec(first.out)?.[1] ?? first.out;
  expect((await cli(again)).out).toContain(`${id} was submitted before with this key`);
  expect((await cli(["submit", "--follow", ...again.slice(1)])).err).toContain(
    `${id} was submitted before with this key\n`,
  );
});

test("submit --follow --json prints the job, its lines, and the job as it ended", async () => {
  const { out } = await cli(["submit", "--follow", "--json", "--", "echo one"]);
  const items = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(items.map(({ status, text }) => text ?? status)).toEqual([expect.any(String), "one", "COMPLETED"]);
});

test("on a terminal, submit --follow draws a bar under the output", async () => {
  const script = "for i in 1 2; do echo epoch=$i/2; sleep 0.2; done";
  const { code, out, err } = await cli(["submit", "--follow", "--name", "bars", "--", script], { columns: 100 });
  expect(code).toBe(0);
  expect(err).toMatch(/^(job-\d+) submitted\n\1 completed in [\d.]+s\n$/);
  expect(out).toContain("epoch=1/2");
  expect(out).toMatch(/job-\d+ bars +█{20} /);
  expect(out).toContain("completed");
});

test("lines that tell the scheduler of progress go into the bar on a terminal, and are kept with --raw and in a pipe", async () => {
  const line = '{"schedulearn": {"step": 1, "steps": 1}}';
  const submit = ["submit", "--follow", "--", `echo before; echo '${line}'; echo after`];
  const seen = await cli(submit, { columns: 100 });
  expect(seen.out).toMatch(/before\n[\s\S]*after\n/);
  expect(seen.out).not.toContain('"schedulearn"');
  expect((await cli(["submit", "--raw", ...submit.slice(1)], { columns: 100 })).out).toContain(line);
  expect((await cli(submit)).out).toBe(`before\n${line}\nafter\n`);
});

test("Ctrl-C leaves the followed job running and says how to follow it again", async () => {
  const stop = new AbortController();
  const { code, err, out } = await cli(["submit", "--follow", "--name", "long", "--", "echo up; sleep 60"], {
    signal: stop.signal,
    onOutput: (text) => text.includes("up\n") && stop.abort(),
  });
  const id = /^(job-\d+) goes on; follow it with schedulearn logs -f job-\d+/m.exec(err)?.[1] ?? err;
  expect([code, out]).toEqual([130, "up\n"]);
  expect((await json(["show", id])).status).toBe("RUNNING");
  await cli(["rm", id, "--grace", "0"]);
});

test("logs of a job that printed nothing say why on the standard error", async () => {
  const { id } = await json(["submit", "--", "exit 3"]);
  await eventually(async () => (await json(["show", id])).status).toBe("FAILED");
  expect(await cli(["logs", id])).toEqual({
    code: 0,
    out: "",
    err: `${id} has printed nothing: it failed: exited with code 3\n`,
  });
  expect((await cli(["logs", id, "--attempt", "1"])).err).toBe("");
});

test("logs --tail gives the last lines, --attempt those of one run, --json one document", async () => {
  const { id } = await json(["submit", "--", "for i in 1 2 3 4 5; do echo $i; done"]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect((await cli(["logs", id, "--tail", "2"])).out).toBe("4\n5\n");
  expect((await cli(["logs", id, "--attempt", "2"])).out).toBe("");
  expect((await json(["logs", id])).lines.map(({ text }: { text: string }) => text)).toEqual(["1", "2", "3", "4", "5"]);
});

test("logs -f goes on until the job is over, and --tail 0 shows only what is new", async () => {
  const { id, release } = await holding("followed");
  await eventually(async () => (await cli(["logs", id])).out).toBe("followed runs\n");
  const whole = cli(["logs", "-f", id]);
  const news = cli(["logs", "-f", "--tail", "0", id]);
  release();
  const end = expect.stringMatching(new RegExp(`${id} completed in [\\d.]+s\n$`));
  expect(await whole).toEqual({ code: 0, out: "followed runs\n", err: end });
  expect(await news).toEqual({ code: 0, out: "", err: end });
});

test("hostile output is made harmless on a terminal and kept as it is in a pipe", async () => {
  const { id } = await json(["submit", "--", "printf '\\033]0;owned\\007\\033[31mred\\033[0m\\n'"]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect((await cli(["logs", id])).out).toBe("\u001b]0;owned\u0007\u001b[31mred\u001b[0m\n");
  expect((await cli(["logs", id], { columns: 80 })).out).toBe("\\x1b]0;owned\\x07\u001b[31mred\u001b[0m\u001b[0m\n");
});
