import { Readable } from "node:stream";
import tar from "tar-stream";
import { afterEach, describe, expect, test } from "vitest";
import type { CodeFolder } from "../../../src/core/job-spec.ts";
import { folderInCode } from "../../../src/drivers/process/code.ts";
import { House, Listener, orderOf } from "../support.ts";
import { type ProcessBench, processBench } from "./bench.ts";

const hash = "ab".repeat(32);
const code: CodeFolder = { hash, bytes: 10, files: 2 };
let opened = 0;

function archive(): NodeJS.ReadableStream {
  opened += 1;
  const pack = tar.pack();
  pack.entry({ name: "lib", type: "directory" });
  pack.entry({ name: "lib/words.sh", mode: 0o644 }, "SAID=shipped");
  pack.entry(
    { name: "train.sh", mode: 0o755 },
    ". $SCHEDULEARN_CODE_DIR/lib/words.sh; echo $SAID; pwd; echo x > lib/words.sh",
  );
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}

let bench: ProcessBench;
let house: House;
async function end(): Promise<void> {
  await house.close();
  await bench.cleanup();
  opened = 0;
}
async function start(openCode?: typeof archive) {
  bench = await processBench(openCode ? { openCode } : {});
  house = new House(bench.open);
  return house.connect("left");
}

describe("code that is shipped with jobs", () => {
  afterEach(end);

  test("is unpacked once on a process server, found where its variable says, and removed by name", async () => {
    const driver = await start(archive);
    const lines = async (workdir: string | null, command: string[]): Promise<string[]> => {
      const run = orderOf("left", { command, code, workdir });
      driver.start(run);
      await house.told.first("RunStarted", run);
      const listener = new Listener(driver, run);
      await listener.done;
      await house.told.first("RunExited", run);
      return listener.texts("stdout");
    };
    const [said, where] = await lines(null, ["/bin/sh", "train.sh"]);
    expect(said).toBe("shipped");
    expect(where).toMatch(/\/left\/code\/ab/);
    expect(await lines("/code/lib", ["/bin/sh", "-c", "pwd"])).toEqual([`${where}/lib`]);
    expect(await lines("lib", ["/bin/sh", "-c", "pwd"])).toEqual([`${where}/lib`]);
    expect(opened).toBe(1);
    const found = (await driver.survey?.(AbortSignal.timeout(10_000))) ?? [];
    const lying = found.filter(({ kind }) => kind === "code");
    expect(lying).toMatchObject([{ kind: "code", hash, createdAt: expect.any(Number) }]);
    for (const each of lying) await driver.remove?.(each, AbortSignal.timeout(10_000));
    expect((await driver.survey?.(AbortSignal.timeout(10_000)))?.filter(({ kind }) => kind === "code")).toEqual([]);
  });

  test("that is not there (any more) fails the run, and says so", async () => {
    const driver = await start();
    const run = orderOf("left", { command: ["/bin/true"], code });
    driver.start(run);
    const { outcome } = await house.told.first("RunExited", run);
    expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "infrastructure" } });
    expect(JSON.stringify(outcome)).toMatch(/code/);
  });
});

test.each([
  [null, "/x"],
  ["/code", "/x"],
  ["/code/lib/", "/x/lib"],
  ["lib/../lib", "/x/lib"],
  ["/tmp", null],
  ["../etc", null],
  ["/codes", null],
])("a job with code and the workdir %j starts in %j", (workdir, folder) => {
  expect(folderInCode("/x", workdir)).toBe(folder);
});
