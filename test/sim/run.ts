import { vi } from "vitest";
import { simulate } from "../../src/simulate/index.ts";

/** The command in this process, with what it prints. */
export async function runSimulate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const printed = { stdout: "", stderr: "" };
  const take = (to: keyof typeof printed) => (text: unknown) => {
    printed[to] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(take("stdout")),
    vi.spyOn(process.stderr, "write").mockImplementation(take("stderr")),
    vi.spyOn(console, "error").mockImplementation((text) => void take("stderr")(`${text}\n`)),
  ];
  try {
    return { code: await simulate(args), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
