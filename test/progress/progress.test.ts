import { describe, expect, it } from "vitest";
import { fraction, merge, type Progress, unsavedSteps } from "../../src/progress/index.ts";

describe("fraction", () => {
  it.each<[Progress, number | null]>([
    [{ epoch: 3, epochs: 10 }, 0.3],
    [{ epoch: 3, epochs: 10, step: 100, steps: 400 }, 0.225],
    [{ epoch: 1, epochs: 10, step: 0 }, 0],
    [{ epoch: 10, epochs: 10, step: 400, steps: 400 }, 1],
    [{ epoch: 0, epochs: 10, step: 200, steps: 400 }, 0.05],
    [{ epoch: 12, epochs: 10 }, 1],
    [{ epoch: 1, epochs: 1, step: 500, steps: 400 }, 1],
    [{ epoch: 3, epochs: 10, step: 120 }, 0.2],
    [{ epoch: 1.5, epochs: 3, step: 50, steps: 100 }, 0.5],
    [{ step: 45, steps: 100 }, 0.45],
    [{ epoch: 1.5, step: 45, steps: 100 }, 0.45],
    [{ epoch: 3, step: 45, steps: 100 }, null],
    [{ epoch: 3 }, null],
    [{ epochs: 10, step: 1, steps: 2 }, null],
    [{ step: 3, steps: 0 }, null],
    [{ metrics: { loss: 1 } }, null],
    [{}, null],
  ])("of %j is %s", (progress, expected) => {
    const share = fraction(progress);
    if (expected === null) expect(share).toBeNull();
    else expect(share).toBeCloseTo(expected, 12);
  });
});

describe("merge", () => {
  it("keeps what the line did not tell", () => {
    const before = { epoch: 3, epochs: 10, step: 7, steps: 9, metrics: { loss: 1, acc: 0.5 }, checkpoint: { step: 5 } };
    expect(merge(before, { step: 8, metrics: { loss: 0.9 } })).toEqual({
      ...before,
      step: 8,
      metrics: { loss: 0.9, acc: 0.5 },
    });
    expect(merge(null, { epoch: 1 })).toEqual({ epoch: 1 });
  });

  it("a new epoch forgets the step and keeps the number of steps", () => {
    expect(merge({ epoch: 3, step: 7, steps: 9 }, { epoch: 4 })).toEqual({ epoch: 4, steps: 9 });
    expect(merge({ epoch: 3, step: 7, steps: 9 }, { epoch: 4, step: 1 })).toEqual({ epoch: 4, step: 1, steps: 9 });
    expect(merge({ epoch: 3, step: 7, steps: 9 }, { epoch: 3 })).toEqual({ epoch: 3, step: 7, steps: 9 });
  });

  it("a fractional epoch leaves the step of the whole run alone", () => {
    expect(merge({ epoch: 1.9, step: 19, steps: 50 }, { epoch: 2.1 })).toEqual({ epoch: 2.1, step: 19, steps: 50 });
    expect(merge({ step: 19, steps: 50 }, { epoch: 1.9 })).toEqual({ epoch: 1.9, step: 19, steps: 50 });
  });

  it("changes neither of its arguments", () => {
    const before = Object.freeze({ epoch: 3, step: 7, metrics: Object.freeze({ loss: 1 }) });
    const update = Object.freeze({ epoch: 4, metrics: Object.freeze({ acc: 1 }) });
    expect(merge(before, update)).toEqual({ epoch: 4, metrics: { loss: 1, acc: 1 } });
  });
});

describe("unsavedSteps", () => {
  it.each<[Progress, number | null]>([
    [{ epoch: 3, step: 120, steps: 400, checkpoint: { step: 900 } }, 20],
    [{ epoch: 3, step: 120, steps: 400, checkpoint: { epoch: 3, step: 100 } }, 20],
    [{ epoch: 3, step: 120, steps: 400, checkpoint: { epoch: 2 } }, 120],
    [{ epoch: 3, step: 120, steps: 400 }, 920],
    [{ step: 50, checkpoint: { step: 40 } }, 10],
    [{ step: 50, checkpoint: { step: 60 } }, 0],
    [{ epoch: 3, checkpoint: { step: 60 } }, null],
    [{ step: 50, checkpoint: { epoch: 3 } }, null],
    [{}, null],
  ])("of %j is %s", (progress, expected) => {
    expect(unsavedSteps(progress)).toBe(expected);
  });
});
