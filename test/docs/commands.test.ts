import { exec } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { type Schedulearn, startSchedulearn } from "../../src/schedulearn.ts";

/** The lines of its shell blocks, without their remarks. */
function commandsOf(file: string): string[] {
  const blocks = [...readFileSync(file, "utf8").matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks
    .flatMap((block) => block.split("\n"))
    .map((line) => line.replace(/\s+# .*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

describe.each(["README.md", "docs/first-five-minutes.md"])("what %s tells to type", (file) => {
  const commands = commandsOf(file).filter((line) => line.startsWith("npx schedulearn "));
  let house: Schedulearn;
  let cwd: string;

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "reader-"));
    const bin = join(cwd, "bin");
    mkdirSync(bin);
    // npx would ask the registry for the name; in a clone it runs what the clone has.
    const program = resolve("bin/schedulearn.mjs");
    writeFileSync(join(bin, "npx"), `#!/bin/sh\nshift\nexec ${process.execPath} ${program} "$@"\n`, { mode: 0o755 });
    symlinkSync(resolve("examples"), join(cwd, "examples"));
    const servers = ["alpha", "beta"].map((name) => ({ name, endpoint: "local", gpus: 4, cores: 8 }));
    writeFileSync(join(cwd, "schedulearn.yaml"), JSON.stringify({ listen: { port: 0 }, servers }));
    house = await startSchedulearn(loadConfig({ cwd, env: {} }), () => {});
  });
  afterAll(() => house?.close());

  /** Not waited for in one go: the server is in this process, and has to answer. */
  const run = (line: string): Promise<{ readonly status: number | null; readonly printed: string }> => {
    const env = { ...process.env, PATH: join(cwd, "bin") + delimiter + process.env.PATH, SCHEDULEARN_URL: house.url };
    return new Promise((done) => {
      const child = exec(line, { cwd, env }, (_error, out, err) =>
        done({ status: child.exitCode, printed: out + err }),
      );
    });
  };

  it("is there", () => expect(commands.length).toBeGreaterThan(5));

  it.each(commands)("%s", async (line) => {
    const { status, printed } = await run(line);
    expect(status, printed).toBe(0);
    expect(printed).not.toBe("");
  });
});

test("the scripts that the README names are there", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const named = commandsOf("README.md").flatMap((line) => /^npm (?:run )?(\w+)/.exec(line)?.[1] ?? []);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

test.each(["README.md", "CONTRIBUTING.md", "docs/first-five-minutes.md", "docs/how-it-works.md"])(
  "what %s links to is there",
  (file) => {
    const folder = file.startsWith("docs/") ? "docs" : ".";
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/\]\(([^)#]+)[^)]*\)/g))
      if (!target.startsWith("http")) expect(() => readFileSync(join(folder, target)), target).not.toThrow(/ENOENT/);
  },
);
