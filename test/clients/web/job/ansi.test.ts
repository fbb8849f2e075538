import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { piecesOf, plainText } from "../../../../clients/web/job/log/ansi.ts";

const ESC = "\u001b";
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const looks = (text: string): string[] =>
  piecesOf(text).map(({ text: shown, marks }) => `${shown}${marks && ` [${marks}]`}`);

describe("a line of output", () => {
  it("has the colours and styles that its program chose, as class names", () => {
    expect(looks(`plain ${ESC}[31mred ${ESC}[1mbold${ESC}[0m plain`)).toEqual([
      "plain ",
      "red  [sgr-text-1]",
      "bold [sgr-bold sgr-text-1]",
      " plain",
    ]);
    expect(looks(`${ESC}[97;44mwhite on blue${ESC}[39m on blue${ESC}[49m.`)).toEqual([
      "white on blue [sgr-text-15 sgr-ground-4]",
      " on blue [sgr-ground-4]",
      ".",
    ]);
    expect(looks(`${ESC}[1;3;4mall${ESC}[22;23;24m none`)).toEqual([
      "all [sgr-bold sgr-italic sgr-underline]",
      " none",
    ]);
  });

  it("has of the 256 and of all colours the nearest that both themes have", () => {
    expect(looks(`${ESC}[38;5;9mred${ESC}[38;5;46mgreen${ESC}[38;2;20;20;250mblue${ESC}[38;5;244mgrey`)).toEqual([
      "red [sgr-text-9]",
      "green [sgr-text-10]",
      "blue [sgr-text-12]",
      "grey [sgr-text-8]",
    ]);
  });

  it("shows what a terminal would after carriage returns, backspaces and erased ends", () => {
    expect(plainText("10 %\r50 %\r100 %")).toBe("100 %");
    expect(plainText("a long text\rshort")).toBe("shortg text");
    expect(plainText(`working…\r${ESC}[Kdone`)).toBe("done");
    expect(plainText("abc\b\bX")).toBe("aXc");
  });

  it("does nothing: titles, links, the clipboard, moves of the cursor and resets are left out", () => {
    const codes = [
      `${ESC}]0;title\u0007`,
      `${ESC}]52;c;ZXZpbA==${ESC}\\`,
      `${ESC}[2J`,
      `${ESC}[10;3H`,
      `${ESC}c`,
      `${ESC}(B`,
      `${ESC}P1$q${ESC}\\`,
    ];
    for (const code of codes) expect(plainText(`a${code}b`)).toBe("ab");
    expect(plainText(`${ESC}]8;;http://evil.example\u0007text${ESC}]8;;\u0007`)).toBe("text");
  });

  it("hides nothing behind a code without an end", () => {
    expect(plainText(`seen ${ESC}]0;and this too`)).toBe("seen ␛]0;and this too");
    expect(plainText(`seen ${ESC}[12`)).toBe("seen ␛[12");
  });

  it("spells out what would turn writing round or not be seen, and counts noise", () => {
    expect(plainText("a\u202eb\u2066c\u0000d\u009be\u200bf")).toBe("a\\u202eb\\u2066c␀d\\x9be\\u200bf");
    expect(plainText("\u0001\u0002\u0003\u0004\u0005\u0006\u000e\u000f\u0010x")).toBe("⟨9 control codes⟩x");
  });

  it("never lets a control character through, nor takes long, whatever it holds", () => {
    const part = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom(ESC, `${ESC}[`, `${ESC}]`, "\r", "\b", "\u0007", "\u202e", "31m", "1K", ";"),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        expect(plainText(parts.join(""))).not.toMatch(CONTROLS);
      }),
      { numRuns: 60 },
    );
    const began = performance.now();
    plainText(`${ESC}]`.repeat(20_000));
    plainText(`${ESC}[1;`.repeat(20_000));
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
