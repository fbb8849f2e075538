import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, inHouse, url } = cliHouse();
const program = fileURLToPath(new URL("../../../bin/schedulearn.mjs", import.meta.url));

/** What the client's own part offers for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const { code, out, err } = await cli(["complete", "--", ...words]);
  expect([code, err]).toEqual([0, ""]);
  return out
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t")[0] ?? "");
}

test("commands, commands of commands, flags and their choices are completed", async () => {
  expect(await offered("lo")).toEqual(["logs"]);
  expect(await offered("--json", "ser")).toEqual(["servers"]);
  expect(await offered("servers", "")).toEqual(["add", "drain", "rm"]);
  expect(await offered("logs", "--t")).toEqual(["--tail", "--timestamps", "--token"]);
  expect(await offered("ls", "--status", "r")).toEqual(["running"]);
  expect(await offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect(await offered("simulate", "--pol")).toEqual(["--policy"]);
  expect(await offered("help", "exit")).toEqual(["exit-codes"]);
  expect(await offered("submit", "")).toEqual([":files"]);
  expect(await offered("submit", "--", "tr")).toEqual([":files"]);
  expect(await offered("complet")).toEqual(["completion"]);
});

test("jobs by name, id and number, servers, policies and placements come from the server", async () => {
  const { id } = await json(["submit", "--name", "resnet 50", "--", "true"]);
  // What a busy server does not tell soon enough is left out.
  await eventually(() => offered("logs", "res")).toEqual(["resnet 50"]);
  await eventually(() => offered("cancel", "x", "job-")).toContain(id);
  await eventually(() => offered("show", id.slice("job-".length))).toContain(id.slice("job-".length));
  await eventually(() => offered("drain", "")).toEqual(["alpha", "beta"]);
  await eventually(() => offered("migrate", id, "b")).toEqual(["beta"]);
  await eventually(() => offered("policy", "set", "tire")).toEqual(["tiresias"]);
  await eventually(() => offered("policy", "set", "--placement", "sp")).toEqual(["spread"]);
  await eventually(() => offered("forecast", "--policy", "fifo,srt")).toEqual(["fifo,srtf"]);
});

test("without a server the rest is completed, and soon", async () => {
  const began = performance.now();
  const { code, out } = await cli(["complete", "--", "logs", ""], { url: "http://10.255.255.1:1/graphql" });
  expect([code, out]).toEqual([0, ""]);
  expect(performance.now() - began).toBeLessThan(10_000);
});

/** A shell that has read the script, with the program of this name in its path. */
function shell(name: string, ...args: string[]) {
  const bin = inHouse("bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(`${bin}/schedulearn`, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(`${bin}/schedulearn`, 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, SCHEDULEARN_URL: url() };
  const child = spawn(name, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  return Promise.all([text(child.stdout), text(child.stderr)]);
}
const has = (name: string): boolean => spawnSync(name, ["--version"]).status === 0;

test("bash completes with the script", async (context) => {
  context.skip(!has("bash"), "it needs bash");
  await json(["submit", "--name", "in bash", "--", "true"]);
  const script = (await cli(["completion", "bash"])).out;
  const ask = async (...words: string[]): Promise<string> =>
    (
      await shell(
        "bash",
        "-c",
        `${script}\nCOMP_WORDS=(schedulearn "\${@:1}"); COMP_CWORD=$#; _schedulearn; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        ...words,
      )
    )[0];
  await eventually(() => ask("canc")).toBe("cancel\n");
  await eventually(() => ask("logs", "in")).toBe("in\\ bash\n");
  await eventually(() => ask("drain", "al")).toBe("alpha\n");
});

for (const name of ["zsh", "fish"])
  test(`${name} reads its script`, async (context) => {
    context.skip(!has(name), `it needs ${name}`);
    const script = (await cli(["completion", name])).out;
    const read = name === "zsh" ? `autoload -U compinit; compinit -u; ${script}` : script;
    expect((await shell(name, "-c", read))[1]).toBe("");
  });
