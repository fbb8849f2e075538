import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { assign } from "../src/placement/assignment.ts";
import { type Figures, median, rounded } from "./figures.ts";

const SIZE = 1000;
const ROUNDS = 11;
const WARM_UP = 3;
const KINDS: Readonly<Record<string, () => number>> = {
  uniform: Math.random,
  "integers 0 to 9": () => Math.floor(Math.random() * 10),
};

/** Solves the file that a line names as often as lines come; answers with the milliseconds and the sum. */
const PYTHON = `
import sys, time, numpy
from scipy.optimize import linear_sum_assignment
print("ready", flush=True)
for line in sys.stdin:
    costs = numpy.fromfile(line.strip()).reshape(${SIZE}, ${SIZE})
    began = time.perf_counter()
    rows, columns = linear_sum_assignment(costs)
    print((time.perf_counter() - began) * 1000, costs[rows, columns].sum(), flush=True)
`;

/** The assignment problem at n = 1,000 beside the C++ of scipy, turn by turn on the same costs, which are new in each round. */
export async function assignment(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "assignment-"));
  const scipy = await openScipy();
  const figures: Record<string, number | string> = {};
  try {
    for (const [kind, cost] of Object.entries(KINDS)) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = -WARM_UP; round < ROUNDS; round++) {
        const costs = Float64Array.from({ length: SIZE * SIZE }, cost);
        const answer = solve(costs);
        if (round >= 0) ours.push(answer.millis);
        if (!scipy) continue;
        const file = join(folder, "costs");
        writeFileSync(file, costs);
        const other = await scipy.solve(file);
        if (Math.abs(other.sum - answer.sum) > 1e-6) throw new Error(`sums differ: ${answer.sum}, scipy ${other.sum}`);
        if (round >= 0) theirs.push(other.millis);
      }
      figures[`${kind}: median ms`] = rounded(median(ours), 2);
      if (!scipy) continue;
      figures[`${kind}: scipy, median ms`] = rounded(median(theirs), 2);
      figures[`${kind}: ratio to scipy`] = rounded(median(ours) / median(theirs), 2);
    }
  } finally {
    scipy?.close();
    rmSync(folder, { recursive: true });
  }
  return { ...figures, n: SIZE, rounds: ROUNDS, ...(!scipy && { scipy: "absent: apt-get install python3-scipy" }) };
}

interface Answer {
  readonly millis: number;
  readonly sum: number;
}

function solve(costs: Float64Array): Answer {
  const began = performance.now();
  const columnOf = assign(costs, SIZE, SIZE);
  const millis = performance.now() - began;
  if (!columnOf) throw new Error("no assignment");
  return { millis, sum: columnOf.reduce((sum, column, row) => sum + (costs[row * SIZE + column] as number), 0) };
}

/** A Python that has scipy: the one on the path, else the system's. Null where neither has. */
async function openScipy(): Promise<{ solve(file: string): Promise<Answer>; close(): void } | null> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    const child: ChildProcess = spawn(python, ["-c", PYTHON], { stdio: ["pipe", "pipe", "ignore"] });
    child.on("error", () => {}); // there is no such Python: its output ends at once
    if (!child.stdin || !child.stdout) throw new Error("no pipes");
    const { stdin } = child;
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    if ((await lines.next()).value !== "ready") continue;
    return {
      async solve(file) {
        stdin.write(`${file}\n`);
        const [millis, sum] = String((await lines.next()).value).split(" ");
        return { millis: Number(millis), sum: Number(sum) };
      },
      close: () => stdin.end(),
    };
  }
  return null;
}
