import { expect, test } from "vitest";
import { cutTo, records, table as tableOrNone, textWidth, wrapTo } from "../../../clients/cli/table.ts";

const same = (text: string): string => text;
const table = (...given: Parameters<typeof tableOrNone>): string[] => tableOrNone(...given) ?? [];
const columns = [{ title: "ID" }, { title: "NAME", shrinks: true }, { title: "GPUS", align: "right" as const }];
const rows = [
  ["job-1", "a name that is rather long", "2"],
  ["job-12", "short", "16"],
];

test("columns are as wide as their widest cell, and numbers stand to the right", () => {
  expect(table(columns, rows, { width: null, title: same })).toEqual([
    "ID      NAME                        GPUS",
    "job-1   a name that is rather long     2",
    "job-12  short                         16",
  ]);
});

test("on a narrow terminal the column that may shrink is cut", () => {
  const lines = table(columns, rows, { width: 30, title: same });
  expect(lines[1]).toBe("job-1   a name that is …     2");
  expect(lines.map(textWidth).every((width) => width <= 30)).toBe(true);
});

test("colours do not count as width", () => {
  const red = { text: "job-1", style: (text: string) => `<${text}>` };
  expect(table(columns, [[red, "a", "1"]], { width: null, title: same })[1]).toBe("<job-1>  a        1");
});

test("wide characters count twice, joined ones once", () => {
  expect(textWidth("訓練")).toBe(4);
  expect(textWidth("👩‍💻é")).toBe(3);
  expect(cutTo("訓練訓練", 6)).toBe("訓練…");
});

test("a column that is not needed goes before one that is becomes too narrow, and not when all fits", () => {
  const reasoned = [{ title: "ID" }, { title: "USER", optional: true }, { title: "REASON", shrinks: true, least: 12 }];
  const lines = (width: number) =>
    table(reasoned, [["job-1", "ada", "a long reason why"]], { width, title: same }).map((line) => line);
  expect(lines(40)[1]).toBe("job-1  ada   a long reason why");
  expect(lines(25)).toEqual(["ID     USER  REASON", "job-1  ada   a long reas…"]);
  expect(lines(22)).toEqual(["ID     REASON", "job-1  a long reason …"]);
  expect(lines(15)[1]).toBe("job-1  a long …");
});

test("a long value goes on below, broken between words, or in a word that is too long itself", () => {
  expect(wrapTo("one two three", 8)).toEqual(["one two", "three"]);
  expect(wrapTo("abcdefghij kl", 4)).toEqual(["abcd", "efgh", "ij", "kl"]);
  expect(wrapTo("訓練訓練", 5)).toEqual(["訓練", "訓練"]);
  expect(wrapTo("", 5)).toEqual([""]);
});

test("where a terminal is too narrow for a table, each row is a list of its cells, and nothing is lost", () => {
  const cells = rows.map((row) => row.map((text) => ({ text, style: same })));
  expect(tableOrNone(columns, rows, { width: 12, title: same })).toBeNull();
  expect(records(columns, cells, { width: 12, title: same })).toEqual([
    "ID job-1",
    "NAME",
    "  a name",
    "  that is",
    "  rather",
    "  long",
    "GPUS 2",
    "",
    "ID job-12",
    "NAME short",
    "GPUS 16",
  ]);
});
