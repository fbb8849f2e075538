import { expect, test } from "vitest";
import { FLAGS } from "../../src/simulate/flags.ts";
import { runSimulate } from "../sim/run.ts";

test("the help tells of every option, in lines of at most 100 columns", async () => {
  const { code, stdout } = await runSimulate("--help");
  expect(code).toBe(0);
  for (const flag of Object.keys(FLAGS)) if (flag !== "help") expect(stdout, flag).toContain(`--${flag}`);
  expect(stdout).toMatch(/\nExamples:\n {2}schedulearn simulate /);
  for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
});
