import { expect, test } from "vitest";
import { cutTo, table, textWidth } from "../../../clients/cli/table.ts";

const same = (text: string): string => text;
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
