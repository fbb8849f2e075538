import { expect, it } from "vitest";
import { kinOf } from "../../src/estimator/kin.ts";
import { aTraining, onCores } from "./lab.ts";

const family = (command: string, image = "trainer") =>
  kinOf(aTraining({ command: command.split(" "), image })).circles[2];

it.each([
  ["python train.py --epochs 10", "python train.py --epochs 200"],
  ["python train.py --lr=0.1", "python train.py --lr=1e-3"],
  ["train --seed -5", "train --seed 17"],
  ["train --out /runs/run-17/model", "train --out /runs/run-18/model"],
  ["train --commit 0a1b2c3d4e5f", "train --commit 99aabbcc0011"],
  ["train --day 2026-01-02", "train --day 2026-11-30"],
])("%s and %s are of one family", (one, other) => {
  expect(family(one)).toBe(family(other));
});

it.each([
  ["python train.py --model resnet50", "python train.py --model resnet152"],
  ["python train.py", "python evaluate.py"],
  ["train a b", "train ab"],
  ["train --fast", "train"],
])("%s and %s are not", (one, other) => {
  expect(family(one)).not.toBe(family(other));
});

it("another version of the image is no other family, another image is", () => {
  expect(family("train", "registry/trainer:1.2")).toBe(family("train", "registry/trainer:1.3"));
  expect(family("train", "registry/trainer:1.2")).not.toBe(family("train", "registry/other:1.2"));
});

it("jobs on cores and on GPUs have nothing to tell each other", () => {
  const [gpus, cores] = [kinOf(aTraining()), kinOf(aTraining(onCores))];
  for (const i of [0, 1, 2] as const) expect(gpus.circles[i]).not.toBe(cores.circles[i]);
});

it("the very same request is known again, in whatever order its environment and labels stand", () => {
  const request = (over: Parameters<typeof aTraining>[0]) => kinOf(aTraining(over)).request;
  expect(request({ env: { A: "1", B: "2" } })).toBe(request({ env: { B: "2", A: "1" } }));
  expect(request({ labels: { lr: "1" } })).not.toBe(request({ labels: { lr: "2" } }));
  expect(request({ command: ["train", "1"] })).not.toBe(request({ command: ["train", "2"] }));
  expect(request({ name: "one", user: "ann" })).toBe(request({ name: "two", user: "bob" }));
});
