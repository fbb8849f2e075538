import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRecogniser, LineSplitter, merge, type Progress } from "../../src/progress/index.ts";

const read = (text: string) => createRecogniser().read(text);

describe("any line", () => {
  it("never throws and never tells a number that is none", () => {
    const piece = fc.constantFrom(
      ..."epoch Epoch 3/10 [ ] { } ' : = , | % 45%| 1e400 nan -1 0 12 step loss schedulearn \" [1,0]<stdout>: ━".split(
        " ",
      ),
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 20 })
      .map((parts) => parts.join(" "));
    const numbers = (value: unknown): number[] =>
      typeof value === "object" && value !== null ? Object.values(value).flatMap(numbers) : [value as number];
    const recogniser = createRecogniser();
    fc.assert(
      fc.property(text, (line) => {
        expect(numbers(recogniser.read(line) ?? {}).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("colours and rewinds are not part of it", () => {
    const bold = "\u001b[1m";
    expect(read(`${bold}epoch\u001b[0m=3 loss=\u001b[31;1m0.4\u001b[m`)).toEqual({ epoch: 3, metrics: { loss: 0.4 } });
    expect(read("\u001b]0;title\u0007epoch=3\b\b")).toEqual({ epoch: 3 });
  });

  it("is not looked at beyond its first 64 KiB", () => {
    const line = (padding: number) => `{"schedulearn": {"epoch": 1, "note": "${"x".repeat(padding)}"}}`;
    expect(read(line(60_000))).toEqual({ epoch: 1 });
    expect(read(line(70_000))).toBeNull();
    expect(read(`${"x".repeat(70_000)} epoch=3`)).toBeNull();
  });
});

describe("lines of launchers", () => {
  it.each(["[1,0]<stdout>:", "[1,0]<stderr>: ", "[0]<stdout>:"])("%s is stripped", (prefix) => {
    expect(read(`${prefix}epoch=3`)).toEqual({ epoch: 3 });
    expect(read(`${prefix}{"schedulearn": {"epoch": 3}}`)).toEqual({ epoch: 3 });
  });

  it.each(["[1,1]<stdout>:", "[1,10]<stdout>:", "[2]<stderr>:"])("another rank's lines (%s) are ignored", (prefix) => {
    expect(read(`${prefix}epoch=3`)).toBeNull();
    expect(read(`${prefix}{"schedulearn": {"epoch": 3}}`)).toBeNull();
  });
});

describe("lines that tell nothing", () => {
  it.each([
    "",
    "the epoch was 1920",
    "In the Holocene epoch 11700 years ago",
    "Unix epoch: 1700000000",
    "date since epoch=1700000000",
    "a new epoch: 5 reasons to upgrade",
    "Epoch 3 was better than we thought",
    "for epoch 3/10 of the plan",
    "Step 3/10 : RUN apt-get update",
    "step 4: open the door",
    "12/400 - not a bar",
    "2024/01/02 10:00:00 listening on :8080",
    "100% done",
    "epochs=10 batch_size=32 lr=0.1",
    "Saved checkpoint to /checkpoint/step_1200.pt",
    "Downloading: 45%|####5     | 45/100 [00:10<00:12,  4.4it/s]",
    "Map: 100%|##########| 500/500 [00:01<00:00, 400.0 examples/s]",
    "Validation DataLoader 0: 45%|####5     | 45/100 [00:10<00:12,  4.4it/s]",
    "Sanity Checking DataLoader 0: 100%|##########| 2/2 [00:00<00:00,  4.4it/s]",
    "{'epoch': 'three', 'name': 'x'}",
    "{'loss': 0.3}",
    '{"epoch": 3}',
    '"schedulearn"',
    "schedulearn started",
  ])("%s", (line) => {
    expect(read(line)).toBeNull();
  });
});

describe("a whole run", () => {
  const output = [
    "Using TensorFlow backend",
    "Epoch 1/2",
    "\r1/4 [=>....] - ETA: 3s - loss: 0.9\b\b\b\r3/4 [===>.] - ETA: 1s - loss: 0.6\b\b\b\r4/4 [=====] - 2s 5ms/step - loss: 0.5 - val_loss: 0.7",
    "Epoch 2/2",
    "\r1/4 [=>....] - ETA: 3s - loss: 0.4\b\b\b\r4/4 [=====] - 2s 5ms/step - loss: 0.3 - val_loss: 0.6",
    "\r1/9 [=>....] - ETA: 0s - loss: 8.8\r9/9 [=====] - 1s 2ms/step - loss: 9.9",
    "Test accuracy: 0.9",
    "",
  ].join("\n");

  it.each([1, 7, 64, 10_000])("in chunks of %i bytes ends at its last epoch", (size) => {
    const splitter = new LineSplitter();
    const recogniser = createRecogniser();
    const data = new TextEncoder().encode(output);
    let progress: Progress | null = null;
    for (let i = 0; i < data.length; i += size) {
      for (const { text } of splitter.push(data.slice(i, i + size), i, String(i))) {
        const told = recogniser.read(text);
        if (told) progress = merge(progress, told);
      }
    }
    expect(progress).toEqual({ epoch: 2, epochs: 2, step: 4, steps: 4, metrics: { loss: 0.3, val_loss: 0.6 } });
  });
});
