import { expect, test } from "vitest";
import { nearest } from "../../src/input/index.ts";

const known = ["memoryMiB", "shmMiB", "command", "cores", "gpus", "name", "image"];

test.each([
  ["memoryMib", "memoryMiB"],
  ["comand", "command"],
  ["commnad", "command"],
  ["GPUS", "gpus"],
  ["gpu", "gpus"],
  ["core", "cores"],
  ["nmae", "name"],
])("%s was meant to be %s", (typed, meant) => {
  expect(nearest(typed, known)).toBe(meant);
});

test.each(["", "x", "launcher", "gpus.min", "constructor"])("%j is near to nothing", (typed) => {
  expect(nearest(typed, known)).toBeNull();
});

test("the nearest of several wins", () => {
  expect(nearest("cord", ["word", "core", "cords"])).toBe("word");
  expect(nearest("cores", ["score", "cores"])).toBe("cores");
});
