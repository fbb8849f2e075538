import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { Cli } from "../../../clients/cli/cli.ts";
import { isElsewhere } from "../../../clients/cli/elsewhere.ts";
import { JSON_SHAPES } from "../../../clients/cli/json-shapes.ts";
import { programOf } from "../../../clients/cli/main.ts";
import { isHidden } from "../../../clients/cli/reference.ts";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, holding, inHouse } = cliHouse();

const program = programOf(new Cli({ ...process, signal: new AbortController().signal }, null));
const paths = (command: Command, path: readonly string[] = []): string[] =>
  command.commands
    .filter((each) => !isHidden(each) && !isElsewhere(each))
    .flatMap((each) => {
      const own = [...path, each.name()];
      const isGroup = each.commands.length > 0 && each.registeredArguments.length === 0 && each.name() === "study";
      return [...(isGroup ? [] : [own.join(" ")]), ...paths(each, own)];
    });

/** A job that is over and has a checkpoint. */
async function newOver(): Promise<string> {
  const { id } = await json(["submit", "--", "echo x > $SCHEDULEARN_CHECKPOINT_DIR/state; echo y"]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  return id;
}
let one: Promise<string> | null = null;
const over = (): Promise<string> => {
  one ??= newOver();
  return one;
};

/** A job that runs; the one before it may end. */
let release = (): void => {};
async function running(): Promise<string> {
  release();
  const job = await holding(`held-${Math.random()}`);
  release = job.release;
  return job.id;
}
const trace = (): string => {
  writeFileSync(inHouse("trace.csv"), "job_id,submit_time_s,num_gpus,duration_s\na,0,1,0.1\n");
  return inHouse("trace.csv");
};

/** How each command is run once. A new command has its line here. */
const recipes: Readonly<Record<string, () => Promise<string[]> | string[]>> = {
  submit: () => ["--", "true"],
  ls: () => [],
  show: async () => [await over()],
  why: async () => [await over()],
  wait: async () => [await over()],
  logs: async () => [await over()],
  cancel: async () => [await running(), "--grace", "0"],
  pause: async () => [await running()],
  resume: async () => {
    const id = await running();
    await json(["pause", id]);
    return [id];
  },
  retry: async () => {
    const id = await running();
    await json(["cancel", id, "--grace", "0"]);
    await eventually(async () => (await json(["show", id])).status).toBe("CANCELLED");
    return [id];
  },
  update: async () => [await running(), "--priority", "1"],
  priority: async () => [await running(), "1"],
  migrate: async () => [await running()],
  rm: async () => [await newOver()],
  checkpoints: async () => [await over()],
  "checkpoints get": async () => [await over(), inHouse(`got-${Math.random()}`)],
  forecast: () => [],
  top: () => ["--once"],
  servers: () => [],
  "servers add": () => ["gamma", "local", "--gpus", "1", "--cores", "1"],
  "servers drain": () => ["gamma"],
  "servers rm": async () => {
    await json(["servers", "add", "omega", "local", "--cores", "1"]);
    return ["omega"];
  },
  gpus: () => [],
  "gpus quarantine": () => ["gamma/0"],
  "gpus release": () => ["gamma/0"],
  drain: () => ["gamma"],
  undrain: () => ["gamma"],
  cordon: () => ["gamma"],
  uncordon: () => ["gamma"],
  webhooks: () => [],
  "webhooks test": () => ["none"],
  images: () => [],
  reap: () => ["--dry-run"],
  policy: () => [],
  "policy show": () => ["fifo"],
  "policy set": () => ["fifo"],
  metrics: () => ["--by", "user"],
  events: () => ["-n", "5"],
  estimates: () => [],
  replay: () => [trace(), "--quiet", "--on-cores"],
  "study parallelism": () => ["--inter", "1", "--intra", "1", "--operations", "1", "--loops", "1"],
  doctor: () => ["--data", inHouse("elsewhere")],
  completion: () => ["bash"],
  help: () => ["ls"],
};

/** The fields that the manual promises; null: a type of the API. */
function promised(path: string): { readonly all: string[]; readonly certain: string[] } | null {
  const [, fields] = /^(?:a line for each change; with `--once` one )?`\{(.*?)\}`/.exec(JSON_SHAPES[path] ?? "") ?? [];
  if (fields === undefined) return null;
  const names = fields.split(", ");
  return { all: names.map((name) => name.replace("?", "")), certain: names.filter((name) => !name.endsWith("?")) };
}

test("with --json every command prints one document of the shape that the manual tells, and nothing else", async () => {
  const faults: string[] = [];
  for (const path of paths(program)) {
    const recipe = recipes[path];
    if (!recipe) {
      faults.push(`${path}: this test does not know how it is run`);
      continue;
    }
    const { code, out, err } = await cli([...path.split(" "), "--json", ...(await recipe())]);
    if (path === "webhooks test") continue; // there is none here that could be told
    if (code !== 0 && path !== "doctor") faults.push(`${path}: exit code ${code}, ${err}`);
    for (const line of err.split("\n").filter(Boolean))
      if (!line.startsWith('{"note":')) faults.push(`${path}: ${line}`);
    let document: Record<string, unknown> = {};
    try {
      document = JSON.parse(out);
    } catch {
      faults.push(`${path}: no JSON: ${out.slice(0, 200)}`);
    }
    const fields = promised(path);
    if (!fields) continue;
    const has = Object.keys(document);
    for (const name of fields.certain) if (!has.includes(name)) faults.push(`${path}: no field ${name}`);
    for (const name of has) if (!fields.all.includes(name)) faults.push(`${path}: the manual does not tell of ${name}`);
  }
  expect(faults).toEqual([]);
});

test("with --json every command that asks a server tells that there is none as one line of JSON, with exit code 3", async () => {
  const faults: string[] = [];
  const known: Readonly<Record<string, string[]>> = {
    replay: [trace(), "--on-cores"],
    update: ["1", "--priority", "1"],
    submit: ["--", "true"],
    "policy set": ["fifo"],
  };
  for (const path of paths(program)) {
    if (["doctor", "completion", "help"].includes(path)) continue;
    const command = path
      .split(" ")
      .reduce((at, name) => at.commands.find((each) => each.name() === name) ?? at, program);
    const words = known[path] ?? command.registeredArguments.filter(({ required }) => required).map(() => "1");
    const { code, out, err } = await cli([...path.split(" "), "--json", ...words], {
      url: "http://127.0.0.1:1/graphql",
    });
    const lines = err.trimEnd().split("\n");
    const isTold = lines.length === 1 && JSON.parse(lines[0] ?? "").error?.code === "UNREACHABLE";
    if (code !== 3 || out !== "" || !isTold) faults.push(`${path}: ${code} ${out} ${err}`);
  }
  expect(faults).toEqual([]);
});
