import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/index.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { Schema } from "../../src/input/index.ts";
import { messagesOf } from "../input/refused.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "schedulearn-config-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const put = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const port = (sources: { file?: string; env?: Record<string, string> }): number =>
  loadConfig({ cwd, env: {}, ...sources }).listen.port;

describe("the file", () => {
  test("need not be there", () => {
    expect(loadConfig({ cwd, env: {} })).toMatchObject({ file: null, dataDir: join(cwd, "data") });
  });

  test("is schedulearn.yaml, unless the environment names another, unless a flag does", () => {
    put("schedulearn.yaml", "listen: {port: 1}");
    put("by-env.yaml", "listen: {port: 2}");
    put("by-flag.yaml", "listen: {port: 3}");
    const env = { SCHEDULEARN_CONFIG: "by-env.yaml" };
    expect([port({}), port({ env }), port({ env, file: "by-flag.yaml" })]).toEqual([1, 2, 3]);
    expect(loadConfig({ cwd, env }).file).toBe(join(cwd, "by-env.yaml"));
  });

  test("must be there if it is named", () => {
    expect(messagesOf(() => port({ file: "none.yaml" }))).toEqual([
      `the configuration file ${join(cwd, "none.yaml")} does not exist`,
    ]);
  });

  test("must be readable, named or not", () => {
    mkdirSync(join(cwd, "schedulearn.yaml"));
    expect(messagesOf(() => port({}))).toEqual([
      `the configuration file ${join(cwd, "schedulearn.yaml")} cannot be read (EISDIR)`,
    ]);
  });
});

describe("schedulearn.example.yaml", () => {
  const file = new URL("../../schedulearn.example.yaml", import.meta.url).pathname;
  const text = readFileSync(file, "utf8");

  test("shows the defaults, but for the examples of servers, origins, registries and webhooks", () => {
    const {
      file: _,
      dataDir: __,
      databaseFile: ___,
      servers,
      allowOrigins,
      registries,
      webhooks,
      ...settings
    } = loadConfig({ cwd, env: {}, file });
    expect(loadConfig({ cwd, env: {} })).toMatchObject(settings);
    expect(servers?.map(({ endpoint }) => endpoint.split(":")[0])).toEqual(["unix", "tcp", "ssh", "tcp", "local"]);
    expect([allowOrigins, registries, webhooks].map(({ length }) => length)).toEqual([1, 2, 3]);
  });

  test("names every setting there is", () => {
    const commentedOut = text.replaceAll(/^( *)# (keepDays:|maxGiB:|tls:| {2}cert:| {2}key:)/gm, "$1$2");
    expect(fieldsOf(configSchema).filter((path) => !has(parse(commentedOut), path))).toEqual([]);
  });

  test("names every variable that sets something", () => {
    const variables = ["CONFIG", "HOST", "PORT", "DATA", "POLICY", "SERVERS", "LOG"].map(
      (name) => `SCHEDULEARN_${name}`,
    );
    expect(variables.filter((variable) => !text.includes(variable))).toEqual([]);
  });
});

function fieldsOf(schema: Schema, prefix: readonly string[] = []): string[][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    [...prefix, name],
    ...fieldsOf(field, [...prefix, name]),
  ]);
  return [...own, ...(schema.items ? fieldsOf(schema.items, prefix) : [])];
}

/** Whether a field is there; of a list, in any of its entries. */
function has(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  if (Array.isArray(value)) return value.some((entry) => has(entry, [name, ...rest]));
  return (
    typeof value === "object" && value !== null && Object.hasOwn(value, name) && has(Reflect.get(value, name), rest)
  );
}
