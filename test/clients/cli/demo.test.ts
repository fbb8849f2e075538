import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { demo } from "../../../clients/cli/demo.ts";
import { type House, startHouse } from "../house.ts";

const examples = fileURLToPath(new URL("../../../examples", import.meta.url));
const houses: House[] = [];
beforeEach(() => vi.stubEnv("TERM", "xterm")); // one that bars can be drawn on, whatever the tests run in
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const house of houses.splice(0)) await house.end();
});

async function run(
  servers: string,
  folder: (house: House) => string,
  { columns, stop }: { columns?: number; stop?: AbortController } = {},
) {
  const house = await startHouse({ servers });
  houses.push(house);
  let text = "";
  const out = Object.assign(
    new Writable({
      write(chunk, _, done) {
        text += chunk;
        if (/running on alpha/.test(text)) stop?.abort();
        done();
      },
    }),
    columns === undefined ? {} : { isTTY: true, columns },
  ) as unknown as NodeJS.WriteStream;
  const code = await demo({ url: house.url, examples: folder(house), image: null, out, signal: stop?.signal });
  return { code, text, house };
}

/** The shell examples, made shorter: long enough that a busy machine sees one of them half done. */
function short(house: House): string {
  const folder = join(house.folder, "examples");
  mkdirSync(folder);
  for (const file of ["train-sh.yaml", "quick.yaml", "elastic.yaml"])
    writeFileSync(join(folder, file), readFileSync(join(examples, file), "utf8").replace('"0.1"', '"0.05"'));
  return folder;
}

test("all examples complete, one is migrated on the way, and the table has a row for each", async () => {
  const { code, text, house } = await run("alpha=local,beta=local", short);
  expect(text).toContain("3 jobs submitted");
  expect(text).toMatch(/job-\d+ was migrated from (alpha|beta) to (alpha|beta)/);
  expect(text).toMatch(/^JOB +NAME +STATUS +SERVERS +QUEUEING DELAY +JCT +PREEMPTIONS +MIGRATIONS$/m);
  for (const name of ["train-sh", "quick", "elastic"])
    expect(text).toMatch(new RegExp(`^job-\\d+ +${name} +completed +\\S.* [\\d.]+s +[\\d.ms ]+ +0 +[01]$`, "m"));
  expect(text).toMatch(/(alpha → beta|beta → alpha)/);
  expect(text).toMatch(/^makespan [\d.]+s$/m);
  expect(text).not.toContain("\u001b");
  expect(code).toBe(0);
  expect((await house.engine.queries.jobCounts()).get("completed")).toBe(3);
});

test("while the other server is full nothing is migrated, and then it is", async () => {
  const { code, text } = await run("alpha=local,beta=local", (house) => {
    const folder = join(house.folder, "examples");
    mkdirSync(folder);
    // It is long under way before it is moved, and soon done then.
    const hurried = "$1$((SCHEDULEARN_ATTEMPT > 1 ? 10 : 1))";
    const elastic = readFileSync(join(examples, "elastic.yaml"), "utf8").replace(/^( *cores=).*$/m, hurried);
    writeFileSync(join(folder, "a.yaml"), elastic);
    const { cores } = house.engine.scheduler.servers.get("beta") ?? { cores: 1 };
    writeFileSync(join(folder, "b.yaml"), `name: wide\ncores: ${cores}\ncommand: sleep 2.5\n`);
    return folder;
  });
  const [, ...rows] = text.split("job-1 was migrated from alpha to beta");
  expect(rows.length).toBe(1);
  expect(text.indexOf("wide  completed")).toBeLessThan(text.indexOf("job-1 moves from alpha to beta"));
  expect(code).toBe(0);
});

test("with one server it says why nothing is migrated, and a terminal gets a bar for each job", async () => {
  const { code, text } = await run("alpha=local", short, { columns: 120 });
  expect(text).toContain("none was migrated: there is only one server");
  for (const name of ["train-sh", "quick", "elastic"]) expect(text).toMatch(new RegExp(`job-\\d+ ${name} +█{20} `));
  expect(code).toBe(0);
});

test("an example whose image has no Python where the demo runs is left out, and named with the image that it wants", async () => {
  const house = await startHouse({ servers: "alpha=local" });
  houses.push(house);
  writeFileSync(join(house.folder, "snake.yaml"), "name: snake\nimage: python:3-slim\ncommand: exit 0\n");
  let text = "";
  const out = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  expect(await demo({ url: house.url, examples: house.folder, image: "busybox", out })).toBe(1);
  expect(text).toContain(
    "snake.yaml is left out: image busybox has no Python; it wants python:3-slim\n0 jobs submitted",
  );
});

test("a job that fails makes the demo fail, and the table says so", async () => {
  const { code, text } = await run("alpha=local", (house) => {
    writeFileSync(join(house.folder, "fails.yaml"), "name: fails\nimage: busybox\ncommand: exit 1\n");
    return house.folder;
  });
  expect(text).toMatch(/^job-1 +fails +failed /m);
  expect(code).toBe(1);
});

test("Ctrl-C ends the demo with exit code 130 and no table", async () => {
  const { code, text } = await run("alpha=local", short, { stop: new AbortController() });
  expect(code).toBe(130);
  expect(text).not.toContain("makespan");
});
