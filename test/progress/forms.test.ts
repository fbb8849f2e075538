import { describe, expect, it } from "vitest";
import { createRecogniser, type Progress } from "../../src/progress/index.ts";

const read = (text: string) => createRecogniser().read(text);
const cases = (table: [string, Progress | null][]) =>
  it.each(table)("%s", (line, expected) => {
    expect(read(line)).toEqual(expected);
  });

describe("the JSON line", () => {
  cases([
    [
      '{"schedulearn": {"epoch": 3, "epochs": 10, "step": 120, "steps": 400, "samples_per_s": 812.5, "metrics": {"loss": 0.41}}}',
      { epoch: 3, epochs: 10, step: 120, steps: 400, samplesPerSecond: 812.5, metrics: { loss: 0.41 } },
    ],
    ['{"schedulearn":{"checkpoint":{"step":1200}}}', { checkpoint: { step: 1200 } }],
    ['{"schedulearn":{"checkpoint":{"epoch":3,"step":20}}}', { checkpoint: { epoch: 3, step: 20 } }],
    ['  {"schedulearn": {"epoch": 0}}  ', { epoch: 0 }],
    ['{"schedulearn": {"generation": 2}}', { generation: 2 }],
    ['{"schedulearn": {"generation": 3, "step": 7}}', { generation: 3, step: 7 }],
    ['{"schedulearn": {"generation": 0}}', null],
    ['{"schedulearn": {"generation": 1.5}}', null],
    ['{"schedulearn": {"generation": -2}}', null],
    ['{"schedulearn": {"generation": "2"}}', null],
    ['{"schedulearn": {"generation": 1e400}}', null],
    ['{"time": 5, "schedulearn": {"epoch": 1}}', { epoch: 1 }],
    [
      '{"schedulearn": {"epoch": "3", "step": -1, "steps": null, "samples_per_s": [], "metrics": {"loss": "x", "acc": 1}}}',
      { metrics: { acc: 1 } },
    ],
    ['{"schedulearn": {"epoch": 3, "colour": "blue", "metrics": 5, "checkpoint": true}}', { epoch: 3 }],
    ['{"schedulearn": {"epoch": 1e400, "step": 4, "metrics": {"loss": 1e400}}}', { step: 4 }],
    [
      '{"schedulearn": {"epoch": 3, "metrics": {"loss": NaN, "top": -Infinity, "acc": 0.5}}}',
      { epoch: 3, metrics: { acc: 0.5 } },
    ],
    ['{"schedulearn": {"metrics": {"__proto__": 1, "constructor": 2}}}', { metrics: { constructor: 2 } as never }],
    ['{"schedulearn": {}}', null],
    ['{"schedulearn": 5}', null],
    ['{"schedulearn": [1]}', null],
    ['{"schedulearn": {"epoch": 3}', null],
    ['{"schedulearn": {"epoch": 3}} trailing', null],
  ]);

  it("has room for 64 metrics", () => {
    const metrics = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`m${i}`, i]));
    expect(Object.keys(read(JSON.stringify({ schedulearn: { metrics } }))?.metrics ?? {})).toHaveLength(64);
  });
});

describe("Keras", () => {
  const inEpoch = (...lines: string[]) => {
    const recogniser = createRecogniser();
    return ["Epoch 3/10", ...lines].map((line) => recogniser.read(line)).at(-1);
  };

  it("starts an epoch", () => {
    expect(read("Epoch 3/10")).toEqual({ epoch: 3, epochs: 10, step: 0 });
  });

  it.each<[string, Progress]>([
    [
      "12/400 [====>.........] - ETA: 3s - loss: 0.41 - accuracy: 0.9",
      { step: 12, steps: 400, metrics: { loss: 0.41, accuracy: 0.9 } },
    ],
    ["  1/400 [..............]", { step: 1, steps: 400 }],
    [
      "400/400 [==============================] - 3s 8ms/step - loss: 4.1e-01 - val_loss: 0.5",
      { step: 400, steps: 400, metrics: { loss: 0.41, val_loss: 0.5 } },
    ],
    [
      "\u001b[1m12/400\u001b[0m \u001b[32m━━━━\u001b[0m\u001b[37m━━━━━━\u001b[0m \u001b[1m3s\u001b[0m 10ms/step - accuracy: 0.9 - loss: 0.41",
      { step: 12, steps: 400, metrics: { accuracy: 0.9, loss: 0.41 } },
    ],
    ["400/400 - 3s - loss: 0.4 - 3s/epoch - 8ms/step", { step: 400, steps: 400, metrics: { loss: 0.4 } }],
    ["12/400 [====>.........] - ETA: 3s - loss: nan", { step: 12, steps: 400 }],
  ])("within an epoch reads %s", (line, expected) => {
    expect(inEpoch(line)).toEqual(expected);
  });

  it("a bar outside of an epoch is an evaluation", () => {
    expect(read("12/400 [====>.........] - ETA: 3s - loss: 0.41")).toBeNull();
  });

  it("so is a bar with another number of steps, or one that starts again after the end", () => {
    expect(inEpoch("400/400 [====] - 3s - loss: 0.4", "5/20 [=>..] - ETA: 3s - loss: 0.4")).toBeNull();
    expect(inEpoch("400/400 [====] - 3s - loss: 0.4", "5/400 [=>..] - ETA: 3s - loss: 0.4")).toBeNull();
    expect(inEpoch("400/400 [====] - 3s - loss: 0.4", "Epoch 4/10", "5/400 [=>..] - ETA: 3s")).toEqual({
      step: 5,
      steps: 400,
    });
  });
});

describe("tqdm", () => {
  cases([
    [
      "Epoch 2:  45%|####5     | 45/100 [00:10<00:12,  4.4it/s, loss=0.3]",
      { epoch: 2, step: 45, steps: 100, metrics: { loss: 0.3 } },
    ],
    [
      "Epoch 2/5:  45%|████▌     | 45/100 [00:10<00:12,  4.4it/s, loss=0.3, acc=0.9]",
      { epoch: 2, epochs: 5, step: 45, steps: 100, metrics: { loss: 0.3, acc: 0.9 } },
    ],
    ["  0%|          | 0/100 [00:00<?, ?it/s]", { step: 0, steps: 100 }],
    [" 45%|####5     | 45/100", { step: 45, steps: 100 }],
    ["100%|##########| 64/64 [00:01<00:00, 812.5samples/s]", { step: 64, steps: 64, samplesPerSecond: 812.5 }],
    ["Training: 33%|###3      | 1/3 [00:00<00:00]", { step: 1, steps: 3 }],
    [" 45%|####5     | 45/90", null],
    [" 45%|####5     | 45/100 [00:10<00:12,  4.", null],
    [" 45%|####5     | 45.0M/100M [00:10<00:12, 4.4MB/s]", null],
    ["Epoch 2 validation:  45%|####5     | 45/100 [00:10<00:12,  4.4it/s]", null],
  ]);
});

describe("PyTorch Lightning", () => {
  cases([
    [
      "Epoch 3:  45%|████▌     | 45/100 [00:10<00:12,  4.40it/s, v_num=0, train_loss=0.4]",
      { epoch: 3, step: 45, steps: 100, metrics: { train_loss: 0.4 } },
    ],
    [
      "Epoch 3/9  ━━━━━━━━━╸━━━━━━━━━━ 45/100 0:00:10 • 0:00:12 4.40it/s v_num: 0.000 loss: 0.4",
      { epoch: 3, epochs: 9, step: 45, steps: 100, metrics: { loss: 0.4 } },
    ],
    ["Epoch 3/-1 ━━━━ 45/100 0:00:10 • 0:00:12 4.40it/s", { epoch: 3, step: 45, steps: 100 }],
  ]);
});

describe("the Hugging Face Trainer", () => {
  cases([
    [
      "{'loss': 0.41, 'learning_rate': 5e-05, 'epoch': 1.5}",
      { epoch: 1.5, metrics: { loss: 0.41, learning_rate: 5e-5 } },
    ],
    ["{'loss': '0.41', 'grad_norm': '2.5', 'epoch': '1.5'}", { epoch: 1.5, metrics: { loss: 0.41, grad_norm: 2.5 } }],
    ["{'loss': nan, 'learning_rate': inf, 'epoch': 2.0}", { epoch: 2 }],
    [
      "{'train_runtime': 9.5, 'train_samples_per_second': 631.2, 'train_loss': 0.2, 'epoch': 3.0}",
      { epoch: 3, samplesPerSecond: 631.2, metrics: { train_runtime: 9.5, train_loss: 0.2 } },
    ],
  ]);
});

describe("pairs", () => {
  cases([
    ["epoch=3 loss=0.4", { epoch: 3, metrics: { loss: 0.4 } }],
    ["epoch: 3, step: 120/400, loss: 0.4", { epoch: 3, step: 120, steps: 400, metrics: { loss: 0.4 } }],
    ["[epoch 3/10]", { epoch: 3, epochs: 10 }],
    ["[epoch 3/10] loss: 1.2e-3 acc: 91.5%", { epoch: 3, epochs: 10, metrics: { loss: 0.0012, acc: 91.5 } }],
    [
      "Epoch [3/10], Step [120/400], Loss: 0.4123",
      { epoch: 3, epochs: 10, step: 120, steps: 400, metrics: { loss: 0.4123 } },
    ],
    ["Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.300", { epoch: 1, step: 640, steps: 60000, metrics: { loss: 2.3 } }],
    [
      "Epoch 3 | Train Loss: 0.4 | Val Loss: 0.5 | time: 3.2s",
      { epoch: 3, metrics: { train_loss: 0.4, val_loss: 0.5 } },
    ],
    ["2024-01-02 10:11:12,345 INFO epoch: 3 loss: nan acc: .5", { epoch: 3, metrics: { acc: 0.5 } }],
    ["INFO:train:epoch=3 eta=00:12 lr=1e-4", { epoch: 3, metrics: { lr: 1e-4 } }],
    ["step=120 loss=0.4 812.5 samples/s", { step: 120, samplesPerSecond: 812.5, metrics: { loss: 0.4 } }],
    ["iter 120/400, loss: 1e400, acc: 0.5", { step: 120, steps: 400, metrics: { acc: 0.5 } }],
    ["epoch=3", { epoch: 3 }],
    ["epoch=3.5 loss=1", { epoch: 3.5, metrics: { loss: 1 } }],
    ["epoch=1e400 loss=0.4", null],
    ["epoch=nan loss=0.4", null],
  ]);
});
