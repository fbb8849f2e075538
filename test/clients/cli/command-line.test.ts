import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Command } from "commander";
import { afterEach, expect, test } from "vitest";
import { Cli } from "../../../clients/cli/cli.ts";
import { isElsewhere } from "../../../clients/cli/elsewhere.ts";
import { programOf } from "../../../clients/cli/main.ts";
import { isHidden, reference } from "../../../clients/cli/reference.ts";
import { serverSide } from "../../../src/server-side.ts";
import { runCli } from "./run-cli.ts";

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A server that answers everything with this. */
async function answering(status: number, body: unknown): Promise<string> {
  const server = createServer((_, response) =>
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body)),
  );
  endings.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

const program = programOf(new Cli({ ...process, signal: new AbortController().signal }, null));
const pathsOf = (command: Command, path: readonly string[] = []): string[][] =>
  command.commands
    .filter((each) => !isHidden(each) && !isElsewhere(each))
    .flatMap((each) => [[...path, each.name()], ...pathsOf(each, [...path, each.name()])]);
/** Every command that the client answers itself. */
const commands = pathsOf(program);

test("docs/cli.md tells of every command with every flag, as the program has them", async () => {
  const text = readFileSync("docs/cli.md", "utf8");
  expect(text, "run npm run schema").toBe(await reference(program, serverSide.helpOf));
  for (const path of commands) expect(text).toMatch(new RegExp(`^### ${path.join(" ")}(,|$)`, "m"));
});

test("help fits 80 columns, in groups, and lists the commands that are not the client's", async () => {
  for (const command of [[], ...commands]) {
    const { out } = await runCli([...command, "--help"]);
    for (const line of out.split("\n"))
      if (!line.startsWith("  schedulearn ")) expect(line.length, line).toBeLessThanOrEqual(80);
  }
  const { out } = await runCli(["--help"]);
  expect(out).toMatch(/\nJobs:\n {2}submit, run +submit /);
  expect(out).toMatch(/\nThis machine:\n {2}start +start a server/);
});

test("help tells of a command, of one that has commands, of the server's own, and of topics", async () => {
  const said = async (...words: string[]): Promise<string> => (await runCli(["help", ...words])).out;
  for (const command of [["logs"], ["servers", "add"]])
    expect(await runCli([...command, "--help"])).toMatchObject({
      out: expect.stringContaining((await said(...command)).trimEnd()),
    });
  expect(await said("simulate")).toMatch(/^Usage: schedulearn simulate/);
  expect(await said("exit-codes")).toMatch(/130 {2}Ctrl-C/);
  for (const topic of ["json", "environment", "names"])
    for (const line of (await said(topic)).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("every command shows examples, and help never shows a token", async () => {
  for (const command of commands) {
    const { out } = await runCli([...command, "--help"], { token: "s3cret" });
    expect(out).toMatch(/\nExamples:\n {2}schedulearn /);
    expect(out).not.toContain("s3cret");
  }
});

test.each([
  [[], /Usage:/],
  [["sl"], "unknown command sl; did you mean ls?"],
  [["foo", "--help"], "unknown command foo; see schedulearn --help"],
  [["simluate"], "unknown command simluate; did you mean simulate?"],
  [["strat"], "unknown command strat; did you mean start?"],
  [["--url", "x", "simulate"], "simulate stands first on the command line: schedulearn simulate …"],
  [["--url", "x", "mirgate", "1"], "unknown command mirgate; did you mean migrate?"],
  [["servers", "foo", "--help"], "unknown command servers foo; see schedulearn servers --help"],
  [["policy", "sett", "fifo"], "unknown command policy sett; did you mean set?"],
  [["ls", "--stats"], "unknown option '--stats'; did you mean --status?"],
  [["help", "exit-code"], "there is no help on exit-code; did you mean exit-codes?"],
  [["ls", "--status", "happy"], /Allowed choices are .*running/],
  [["logs"], /missing required argument 'job'/],
  [["logs", "1", "--tail", "x"], /It must be a whole number/],
  [["submit"], /a file, or a command behind --, is needed/],
  [["submit", "/nowhere/job.yaml"], /\/nowhere\/job\.yaml: there is no such file/],
  [["submit", "."], /: \. is a folder; give a YAML file\n/],
  [["submit", "package.json/job.yaml"], /package\.json\/job\.yaml: there is no such file/],
  [["submit", "--gpus", "many", "--", "true"], /bounds such as 1:4/],
  [["submit", "--label", "A", "--", "true"], /[Ii]t must be NAME=VALUE/],
  [["update", "1"], /nothing to change/],
  [["replay", "/nowhere/trace.csv"], /\/nowhere\/trace\.csv: there is no such file/],
  [["study", "parallelism", "--inter", "1,0"], /It must be a whole number of at least 1/],
  [["study", "parallelism", "/nowhere/job.yaml", "--csv", "/nowhere/x.csv"], /\/nowhere\/x\.csv cannot be written/],
  [["replay", "package.json", "--speed", "0"], /It must be a number above 0/],
  [["replay", "package.json", "--elastic", "2", "--fixed"], /cannot be used with option/],
  [["policy", "set"], /nothing to change/],
  [["servers", "add", "a", "tcp://b:1", "--tls-ca", "ca.pem"], /belong together/],
  [["ls", "--", "x"], /only submit takes a command behind --/],
])("%j is refused before anything is sent", async (argv, message) => {
  const { code, out, err } = await runCli(argv, { url: "http://127.0.0.1:1/graphql" });
  if (typeof message === "string") expect(err).toBe(`schedulearn: ${message}\n`);
  else expect(err).toMatch(message);
  expect([code, out]).toEqual([2, ""]);
});

test("a server that is not there: one line with the address and the remedy, exit code 3", async () => {
  const url = await answering(200, {});
  for (const end of endings.splice(0)) end();
  for (const argv of [["ls"], ["logs", "-f", "1"], ["cancel", "1"]]) {
    const { code, out, err } = await runCli(argv, { url });
    expect([code, out]).toEqual([3, ""]);
    expect(err).toBe(
      `schedulearn: no Schedulearn server answers at ${url}: connection refused; start one with schedulearn start, or name another with --url or SCHEDULEARN_URL\n`,
    );
  }
});

test("something else than Schedulearn at the address is told", async () => {
  const { code, err } = await runCli(["ls"], { url: await answering(404, "<html>") });
  expect(code).toBe(3);
  expect(err).toContain("what answers is not GraphQL (HTTP 404)");
});

test.each([
  [401, { errors: [{ message: "an access token is needed" }] }],
  [403, "no"],
  [200, { errors: [{ message: "who are you?", extensions: { code: "UNAUTHENTICATED" } }] }],
])("HTTP %i %j: exit code 4, and how to get a token", async (status, body) => {
  const { code, err } = await runCli(["ls"], { url: await answering(status, body) });
  expect(code).toBe(4);
  expect(err).toMatch(/schedulearn token create/);
});

test("an error of the server is one line without control characters", async () => {
  const { code, err } = await runCli(["ls"], { url: await answering(200, { errors: [{ message: "a\u001b[2Jb" }] }) });
  expect(code).toBe(1);
  expect(err).toBe("schedulearn: a\\x1b[2Jb\n");
});

test.each([
  [["show", "1"], 1, { code: "NOT_FOUND", message: "no job", path: ["job"] }],
  [["sl"], 2, { code: "USAGE", message: "unknown command sl; did you mean ls?", path: null }],
  [["ls", "--stats"], 2, { code: "USAGE", message: expect.stringContaining("--stats"), path: null }],
  [[], 2, { code: "USAGE", message: "a command is needed; see schedulearn --help", path: null }],
  [["submit", "."], 2, { code: "USAGE", message: ". is a folder; give a YAML file", path: null }],
])("with --json the error of %j is one line of JSON", async (argv, exit, error) => {
  const errors = [{ message: "no job", path: ["job"], extensions: { code: "NOT_FOUND" } }];
  const { code, out, err } = await runCli([...argv, "--json"], { url: await answering(200, { errors }) });
  expect([code, out]).toEqual([exit, ""]);
  expect(JSON.parse(err)).toEqual({ error });
});

test("with --json several faults are one line, together and apart", async () => {
  const faults = [
    { code: "INVALID_INPUT", message: "a: wrong", path: ["a"] },
    { code: "INVALID_INPUT", message: "b: wrong", path: ["b"] },
  ];
  const url = await answering(200, { data: { result: { value: null, errors: faults } } });
  const { err } = await runCli(["submit", "--json", "--", "true"], { url });
  expect(err).toMatch(/^.*\n$/);
  expect(JSON.parse(err)).toEqual({
    error: { code: "INVALID_INPUT", message: "a: wrong; b: wrong", path: ["a"], faults },
  });
});

test("a mistyped server, policy or placement is told with the one that was meant", async () => {
  const said = async (message: string): Promise<string> => {
    const errors = [{ code: "NOT_FOUND", message, path: null }];
    const url = await answering(200, { data: { result: { value: null, errors } } });
    return (await runCli(["drain", "bxo2"], { url })).err;
  };
  expect(await said("there is no server bxo2; there are: box1x, box2")).toBe(
    "schedulearn: there is no server bxo2; did you mean box2? There are: box1x, box2\n",
  );
  expect(await said("there is no policy zzz; there are: fifo, srtf")).toBe(
    "schedulearn: there is no policy zzz; there are: fifo, srtf\n",
  );
});

test("a server of another version is told once, beside the result", async () => {
  const jobs = { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
  const server = createServer((_, response) =>
    response.writeHead(200, { "Schedulearn-Version": "99.0.0" }).end(JSON.stringify({ data: { jobs } })),
  );
  endings.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const { code, err } = await runCli(["ls", "--all"], { url });
  expect([code, err.match(/the server is 99\.0\.0/g)?.length]).toEqual([0, 1]);
  const { note } = JSON.parse((await runCli(["ls", "--json"], { url })).err);
  expect(note).toMatch(/^this is schedulearn \d+\.\d+\.\d+, and the server is 99\.0\.0/);
});

test("a long error is wrapped between words on a terminal, and one line in a pipe", async () => {
  const message = Array.from({ length: 20 }, (_, i) => `word${i}`).join(" ");
  const url = await answering(200, { errors: [{ message }] });
  expect((await runCli(["ls"], { url })).err).toBe(`schedulearn: ${message}\n`);
  const lines = (await runCli(["ls"], { url, columns: 20 })).err.trimEnd().split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(20);
  expect(lines.join(" ")).toBe(`schedulearn: ${message}`);
});

test("--url and --token win over the environment", async () => {
  let given: string | undefined;
  const server = createServer((request, response) => {
    given = request.headers.authorization;
    response.end(
      JSON.stringify({
        data: { jobs: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } },
      }),
    );
  });
  endings.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const environment = { url: "http://127.0.0.1:1/graphql", token: "other" };
  const { code, out } = await runCli(["ls", "--json", "--url", url, "--token", "mine"], environment);
  expect([code, JSON.parse(out), given]).toEqual([0, { jobs: [], totalCount: 0 }, "Bearer mine"]);
});
