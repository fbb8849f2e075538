import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { parseJobs } from "../../src/job-spec/index.ts";
import { messagesOf } from "../input/refused.ts";

const submission = { user: "ada", now: 0 };
const specs = (fields: object): readonly JobSpec[] => parseJobs({ command: "x", ...fields }, submission).specs;
const refused = (fields: object): string[] => messagesOf(() => parseJobs({ command: "x", ...fields }, submission));
const indices = (fields: object): (number | undefined)[] => specs(fields).map(({ batch }) => batch?.index);
const points = (fields: object): unknown[] => specs(fields).map(({ batch }) => batch?.parameters);

describe("an array", () => {
  test.each<[unknown, number[]]>([
    [3, [0, 1, 2]],
    ["1-3", [1, 2, 3]],
    ["0-9:4, 20", [0, 4, 8, 20]],
    [{ count: 2 }, [0, 1]],
    [{ indices: "5" }, [5]],
  ])("%j is jobs with the numbers %j", (array, numbers) => {
    expect(indices({ array })).toEqual(numbers);
  });

  test("%4 is how many run at a time", () => {
    expect(specs({ array: "0-9%4" })[0]?.batch).toEqual({ id: "", name: "x", index: 0, size: 10, maxParallel: 4 });
  });

  test.each<[unknown, string]>([
    ["3-1", "array: 3-1 ends before it begins"],
    ["1,1", "array: 1 is in it twice"],
    ["0-1000", "array: comes to more than 1000 jobs: submit it in parts"],
    [1001, "array: must be at most 1000"],
    [
      "a",
      "array: must be numbers and ranges such as 0-9,12 or 0-30:10, with %4 behind them for at most four at a time",
    ],
    [{ maxParallel: 2 }, "array: give either count or indices"],
    [{ indices: "1-x" }, "array.indices: must be numbers and ranges such as 0-9,12 or 0-30:10"],
  ])("%j is refused", (array, why) => {
    expect(refused({ array })).toEqual([why]);
  });

  test("does not stand beside a sweep", () => {
    expect(refused({ array: 2, sweep: { a: [1] } })).toEqual(["array: cannot stand beside sweep: give one of them"]);
  });
});

describe("a sweep", () => {
  test("is each combination, the last parameter changing first, written short or long", () => {
    const grid = [
      { a: 1, b: "x" },
      { a: 1, b: "y" },
      { a: 2, b: "x" },
      { a: 2, b: "y" },
    ];
    expect(points({ sweep: { a: [1, 2], b: ["x", "y"] } })).toEqual(grid);
    expect(points({ sweep: { parameters: { a: [1, 2], b: ["x", "y"] }, mode: "grid" } })).toEqual(grid);
  });

  test("may have parameters that are called as its options, written short", () => {
    expect(points({ sweep: { seed: [1, 2], mode: ["a"] } })).toEqual([
      { seed: 1, mode: "a" },
      { seed: 2, mode: "a" },
    ]);
  });

  test("in mode list is the first values of all, then the second ones", () => {
    expect(points({ sweep: { parameters: { a: [1, 2], b: [3, 4] }, mode: "list" } })).toEqual([
      { a: 1, b: 3 },
      { a: 2, b: 4 },
    ]);
  });

  test("at random is within its bounds, without a point twice, and the same for the same seed", () => {
    const parameters = { lr: { min: 1e-4, max: 0.1, log: true }, n: { min: 1, max: 3, whole: true }, opt: ["a", "b"] };
    const draw = (seed: number) =>
      points({ sweep: { parameters, mode: "random", samples: 200, seed } }) as { lr: number; n: number }[];
    const drawn = draw(1);
    expect(draw(1)).toEqual(drawn);
    expect(draw(2)).not.toEqual(drawn);
    expect(new Set(drawn.map((point) => JSON.stringify(point))).size).toBe(200);
    for (const { lr, n } of drawn) {
      expect(lr).toBeGreaterThanOrEqual(1e-4);
      expect(lr).toBeLessThanOrEqual(0.1);
      expect([1, 2, 3]).toContain(n);
    }
    // Logarithmic: each of the three powers of ten has about a third, of which five standard deviations are 34.
    for (const power of [1e-4, 1e-3, 1e-2]) {
      const within = drawn.filter(({ lr }) => lr >= power && lr < power * 10).length;
      expect(Math.abs(within - 200 / 3)).toBeLessThan(34);
    }
  });

  test.each<[object, string]>([
    [{ a: [1, 1] }, "sweep.a.1: is in the list already"],
    [{ "1a": [1] }, "sweep.1a: a parameter's name must be letters, digits, _, . and -, and not begin with a digit"],
    [{ a: 1 }, "sweep.a: must be a list or an object"],
    [{ a: [] }, "sweep.a: must not be empty"],
    [{}, "sweep: must not be empty"],
    [{ a: [1], A: [2] }, "sweep.A: would have the same variable as a, SCHEDULEARN_PARAM_A"],
    [{ a: { min: 0, max: 1 } }, "sweep.a: must be a list of values, unless the sweep is random"],
    [{ parameters: { a: [1] }, samples: 2 }, "sweep.samples: is for mode: random"],
    [
      { parameters: { a: [1, 2] }, mode: "random", samples: 3 },
      "sweep.samples: must be at most 2: there are no more combinations",
    ],
    [
      { parameters: { a: [1, 2], b: [1] }, mode: "list" },
      "sweep.parameters: must have as many values of each in mode: list",
    ],
    [{ parameters: { a: [1] }, maxparallel: 2 }, "sweep.maxparallel: unknown, did you mean maxParallel?"],
  ])("%j is refused", (sweep, why) => {
    expect(refused({ sweep })).toEqual([why]);
  });

  test("of more than 1,000 jobs is refused with the remedy", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i);
    expect(refused({ sweep: { a: hundred, b: hundred } })[0]).toMatch(
      /^sweep: comes to 10000 jobs, at most 1000 .*mode: random/,
    );
  });
});

describe("a placeholder", () => {
  test("stands for the value in command, env and name, and for the number and how many there are", () => {
    const [first] = specs({
      name: "n {{ lr }}",
      command: ["train", "--lr={{lr}}", "{{index}}/{{size}}"],
      env: { A: "{{lr}}", B: 1 },
      sweep: { lr: [0.5, 2] },
    });
    expect(first).toMatchObject({ name: "n 0.5", command: ["train", "--lr=0.5", "0/2"], env: { A: "0.5", B: "1" } });
  });

  test("is left as it is in a job alone, where it is no name, and behind a backslash", () => {
    expect(specs({ command: "echo {{lr}}" })[0]?.command[2]).toBe("echo {{lr}}");
    expect(specs({ command: "docker ps --format {{.ID}} \\{{lr}}", array: 1 })[0]?.command[2]).toBe(
      "docker ps --format {{.ID}} {{lr}}",
    );
  });

  test("that is unknown is told of with those there are", () => {
    expect(refused({ command: "echo {{rate}}", sweep: { lr: [1], b: [2] } })).toEqual([
      "command: there is no parameter rate: there are index, size, lr and b; write \\{{rate}} for the text itself",
    ]);
  });

  test("gives a shell the very value, wherever it stands among quotes", () => {
    const places = ["{{v}}", '"a{{v}}b"', "'a{{v}}b'", "a{{v}}b", '"\\"{{v}}"', "'it'\\''s {{v}}'"];
    const command = `# don't mind {{v}}\nprintf '%s\\0' ${places.join(" ")} # it's over "{{v}}`;
    const noise = fc.string({ unit: fc.constantFrom(...`ab '"\\$\`!*?~#&;|<>(){}[]%\n\t=é-`), maxLength: 12 });
    fc.assert(
      fc.property(noise, (value) => {
        fc.pre(!value.includes("\n")); // a comment would end
        const [spec] = specs({ command, sweep: { v: [value] } });
        const { stdout, status } = spawnSync("/bin/sh", ["-c", spec?.command[2] ?? ""], { encoding: "utf8" });
        expect(status).toBe(0);
        expect(stdout.split("\0").slice(0, -1)).toEqual([
          value,
          `a${value}b`,
          `a${value}b`,
          `a${value}b`,
          `"${value}`,
          `it's ${value}`,
        ]);
      }),
      { numRuns: 60 },
    );
  });

  test.each(["echo $(echo {{v}})", "echo `echo {{v}}`", "cat <<X\n{{v}}\nX", `echo \${A:-{{v}}}`])(
    "that no quotes could make safe is refused with what to write instead: %s",
    (command) => {
      expect(refused({ command, sweep: { v: ["a b; rm"] } })).toEqual([
        `command: a value of v has characters that a shell reads, and stands within $(…), \`…\`, \${…} or <<: use "$SCHEDULEARN_PARAM_V" there`,
      ]);
      expect(specs({ command, sweep: { v: ["1.5"] } })).toHaveLength(1);
    },
  );
});

describe("a job of a batch is called", () => {
  test("after its number, or its parameters, within what a name may be", () => {
    expect(specs({ name: "n", array: "3,5" }).map(({ name }) => name)).toEqual(["n.3", "n.5"]);
    expect(specs({ name: "n", sweep: { a: ["x\ny"] } })[0]?.name).toBe("n a=x y");
    const long = specs({ name: "n", sweep: { a: ["z".repeat(500)] } })[0]?.name ?? "";
    expect([...long]).toHaveLength(128);
  });

  test("not by what only an id may be", () => {
    expect(refused({ name: "{{v}}", sweep: { v: ["17"] } })[0]).toMatch(
      /^name: must not hold control characters, nor look like an id/,
    );
  });
});
