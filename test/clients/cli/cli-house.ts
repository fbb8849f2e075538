import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { type House, startHouse } from "../house.ts";
import { type CliOptions, type CliResult, runCli } from "./run-cli.ts";

/** Waits until what is asked is so. */
export const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 20_000, interval: 20 });

/** A server for the tests of a file, and the command line that speaks to it. */
export function cliHouse() {
  let house: House;
  beforeAll(async () => {
    house = await startHouse();
  });
  afterAll(() => house.end());

  const inHouse = (file: string): string => join(house.folder, file);
  const cli = (argv: string[], options: CliOptions = {}): Promise<CliResult> =>
    runCli(argv, { url: house.url, ...options });

  async function json(argv: string[], options: CliOptions = {}) {
    const { code, out, err } = await cli(["--json", ...argv], options);
    expect(err).toBe("");
    expect(code).toBe(0);
    return JSON.parse(out);
  }

  /** Submits a job that runs until the file is there, and waits until it does. */
  async function holding(name: string, ...flags: string[]): Promise<{ id: string; release(): void }> {
    const file = inHouse(`release-${name}`);
    const script = `echo ${name} runs; while [ ! -e ${file} ]; do sleep 0.02; done`;
    const { id } = await json(["submit", "--name", name, ...flags, "--", script]);
    await eventually(async () => (await json(["show", id])).status).toBe("RUNNING");
    return { id, release: () => writeFileSync(file, "") };
  }

  return { cli, json, holding, inHouse, url: () => house.url };
}
