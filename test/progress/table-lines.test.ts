import fc from "fast-check";
import { expect, test } from "vitest";
import { merge, type Progress, tableLines } from "../../src/progress/index.ts";

const readAll = (text: string): (Progress | null)[] => {
  const lines = tableLines();
  return text.split("\n").map((line) => lines.read(line));
};

test("Keras' CSV log tells epochs and metrics", () => {
  expect(readAll("epoch,accuracy,loss,val_loss\n0,0.5,1.25,1.5\n1,0.75,0.5,nan")).toEqual([
    null,
    { epoch: 0, metrics: { accuracy: 0.5, loss: 1.25, val_loss: 1.5 } },
    { epoch: 1, metrics: { accuracy: 0.75, loss: 0.5 } },
  ]);
});

test("Lightning's CSV log has rows with gaps, quotes and other delimiters do no harm", () => {
  expect(readAll("epoch,step,train_loss,val_loss\n0,49,0.5,\n0,49,,0.25")).toEqual([
    null,
    { epoch: 0, step: 49, metrics: { train_loss: 0.5 } },
    { epoch: 0, step: 49, metrics: { val_loss: 0.25 } },
  ]);
  expect(readAll('"global_step";"max_steps";"a ""b"";c"\n120;400;"3"')[1]).toEqual({
    step: 120,
    steps: 400,
    metrics: { 'a "b";c': 3 },
  });
});

test("JSON lines tell the same, in plain fields or in the exact form", () => {
  expect(
    readAll(
      '{"epoch": 3, "epochs": 10, "loss": 0.4, "lr": NaN, "note": "x"}\n{"schedulearn": {"step": 120, "steps": 400}}\n{"epoch": ',
    ),
  ).toEqual([{ epoch: 3, epochs: 10, metrics: { loss: 0.4 } }, { step: 120, steps: 400 }, null]);
});

test("a program that starts anew and writes its names once more goes on", () => {
  const rows = readAll("epoch,loss\n1,0.5\nepoch,loss\n2,0.25");
  expect(rows[2]).toBeNull();
  expect(rows.filter((row) => row !== null).reduce<Progress | null>(merge, null)).toEqual({
    epoch: 2,
    metrics: { loss: 0.25 },
  });
});

test("whatever a file holds, nothing is thrown and all that is told is finite", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
      const lines = tableLines();
      for (const text of ["epoch,loss", ...texts]) {
        const { epoch = 0, metrics = {} } = lines.read(text) ?? {};
        expect([epoch, ...Object.values(metrics)].every(Number.isFinite)).toBe(true);
      }
    }),
  );
});
