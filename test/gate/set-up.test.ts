import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, test } from "vitest";
import { makeClone, root, writeFiles } from "../setup/clone.ts";

const scripts = pathToFileURL(join(root, "scripts/setup/")).href;
const { build, isBuilt } = (await import(`${scripts}build.mjs`)) as {
  build(folder: string): void;
  isBuilt(folder: string): boolean;
};
const { isInstalled } = (await import(`${scripts}dependencies.mjs`)) as { isInstalled(folder: string): boolean };

describe("the build", () => {
  let clone: string;
  const built = (path: string): string => readFileSync(join(clone, "dist", path), "utf8");

  beforeEach(() => {
    clone = makeClone(["package.json", "tsconfig.json", "tsconfig.build.json", "scripts"], {
      "package-lock.json": "{}",
      "src/main.ts": `import { one } from "./one.ts";\nexport const two: number = one + 1;\n`,
      "src/one.ts": "export const one = 1;\n",
      "src/job-spec.json": "{}",
      "clients/cli/page.html": "<p>jobs</p>",
    });
    build(clone);
  });

  test("compiles the sources and carries along the files that they read", () => {
    expect(built("src/main.js")).toContain('from "./one.js"');
    expect(built("src/job-spec.json")).toBe("{}");
    expect(built("clients/cli/page.html")).toBe("<p>jobs</p>");
    expect(isBuilt(clone)).toBe(true);
  });

  test("maps each line back to its source", () => {
    expect(JSON.parse(built("src/main.js.map")).sources).toEqual(["../../src/main.ts"]);
  });

  test.each([
    ["changed", () => appendFileSync(join(clone, "src/one.ts"), "export const three = 3;\n")],
    ["added", () => writeFileSync(join(clone, "src/four.ts"), "export const four = 4;\n")],
    ["removed", () => unlinkSync(join(clone, "src/job-spec.json"))],
  ])("is stale once a source is %s", (_how, change) => {
    change();
    expect(isBuilt(clone)).toBe(false);
  });

  test("leaves nothing of a source that is gone", () => {
    unlinkSync(join(clone, "src/job-spec.json"));
    build(clone);
    expect(existsSync(join(clone, "dist/src/job-spec.json"))).toBe(false);
  });

  test("that fails names the place and leaves the last one as it was", () => {
    writeFileSync(join(clone, "src/one.ts"), "export const one = ;\n");
    expect(() => build(clone)).toThrow(/src\/one\.ts\(1,20\)/);
    expect(built("src/one.js")).toContain("one = 1");
    expect(isBuilt(clone)).toBe(false);
  });
});

describe("the dependencies", () => {
  const lockfile = (packages: Record<string, unknown>): string => JSON.stringify({ packages });
  const binary = "node_modules/sqlite3/build/Release/node_sqlite3.node";
  let clone: string;

  beforeEach(() => {
    clone = makeClone([], {});
    unlinkSync(join(clone, "node_modules"));
    mkdirSync(join(clone, "node_modules"));
    writeFiles(clone, {
      "package-lock.json": lockfile({ "": {}, "node_modules/ws": { version: "2.0.0" } }),
      "node_modules/.package-lock.json": lockfile({ "node_modules/ws": { version: "2.0.0" } }),
      [binary]: "",
    });
  });

  test("are installed when every version is the lockfile's", () => {
    expect(isInstalled(clone)).toBe(true);
  });

  test("are not installed when there is no node_modules", () => {
    rmSync(join(clone, "node_modules"), { recursive: true });
    expect(isInstalled(clone)).toBe(false);
  });

  test("are not installed when the lockfile asks for another version", () => {
    writeFiles(clone, { "package-lock.json": lockfile({ "node_modules/ws": { version: "2.0.1" } }) });
    expect(isInstalled(clone)).toBe(false);
  });

  test("are not installed when the database's binary was not compiled", () => {
    unlinkSync(join(clone, binary));
    expect(isInstalled(clone)).toBe(false);
  });

  test("are installed when only an optional package, perhaps another platform's, is missing", () => {
    const packages = {
      "node_modules/ws": { version: "2.0.0" },
      "node_modules/other": { version: "1.0.0", optional: true },
    };
    writeFiles(clone, { "package-lock.json": lockfile(packages) });
    expect(isInstalled(clone)).toBe(true);
  });
});

describe("the lock", () => {
  /** Starts a process that takes the clone's lock, tells it in `log`, and runs `work` while it holds it. */
  function contend(clone: string, work: string) {
    const code = `
      import { appendFileSync, existsSync } from "node:fs";
      import { withLock } from "${scripts}lock.mjs";
      const tell = (word) => appendFileSync("log", word + " ");
      withLock(process.cwd(), () => { tell("in"); ${work}; tell("out"); });`;
    return spawn(process.execPath, ["--input-type=module", "-e", code], {
      cwd: clone,
      stdio: ["ignore", "ignore", "pipe"],
    });
  }

  test("lets two set-ups at once take turns", async () => {
    const clone = makeClone([], { log: "" });
    const first = contend(clone, `while (!existsSync("go"));`);
    await expect.poll(() => readFileSync(join(clone, "log"), "utf8"), { timeout: 60_000 }).toBe("in ");
    const second = contend(clone, "");
    const [told] = await once(second.stderr, "data");
    expect(String(told)).toContain(`waiting for another set-up of this clone (process ${first.pid})`);
    writeFileSync(join(clone, "go"), "");
    await Promise.all([once(first, "exit"), once(second, "exit")]);
    expect(readFileSync(join(clone, "log"), "utf8")).toBe("in out in out ");
    expect(existsSync(join(clone, ".setup-lock"))).toBe(false);
  });

  test("is taken over when the set-up that held it was killed", async () => {
    const clone = makeClone([], { log: "" });
    const killed = contend(clone, "while (true);");
    await expect.poll(() => readFileSync(join(clone, "log"), "utf8"), { timeout: 60_000 }).toBe("in ");
    killed.kill("SIGKILL");
    await once(killed, "exit");
    const [code] = await once(contend(clone, ""), "exit");
    expect(code).toBe(0);
    expect(readFileSync(join(clone, "log"), "utf8")).toBe("in in out ");
  });
});
