import fc from "fast-check";
import { expect, test } from "vitest";
import { safeLine, safeWord } from "../../../clients/cli/safe-text.ts";

test("colours and tabs of a log line stay, and the colour ends with the line", () => {
  expect(safeLine("\u001b[1;31mred\u001b[0m\tplain")).toBe("\u001b[1;31mred\u001b[0m\tplain\u001b[0m");
});

test.each([
  ["moves the cursor", "\u001b[2J\u001b[H", "\\x1b[2J\\x1b[H"],
  ["renames the window", "\u001b]0;owned\u0007", "\\x1b]0;owned\\x07"],
  ["asks the terminal to type", "\u001b[6n\u001bP$q\u001b\\", "\\x1b[6n\\x1bP$q\\x1b\\"],
  ["goes back in the line", "safe\rEVIL\b\b", "safe\\x0dEVIL\\x08\\x08"],
  ["uses the 8-bit control characters", "\u009b31m\u0085", "\\x9b31m\\x85"],
  ["turns the direction of writing around", "a\u202eb\u2066c", "a\\u202eb\\u2066c"],
  ["hides a control sequence in a colour", "\u001b[31\u001b[2Jm", "\\x1b[31\\x1b[2Jm"],
])("a line that %s is spelled out", (_, text, spelled) => {
  expect(safeLine(text)).toBe(spelled);
});

test("nothing but colours and tabs is left of any text", () => {
  const hostile = fc.array(
    fc.constantFrom("\u001b", "[", "3", "1", ";", "m", "\u0007", "\r", "\n", "\u009b", "a", "\t", "ü"),
  );
  fc.assert(
    fc.property(hostile, (parts) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      const rest = safeLine(parts.join("")).replace(/\u001b\[[0-9;:]*m/g, "");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(rest).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(safeWord(parts.join(""))).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});
