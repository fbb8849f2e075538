/** A value that means itself wherever it stands in a shell's text: no quote, no blank, nothing that is expanded. */
const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

type Quotes = "none" | "single" | "double";

/** Where a shell's text stands behind what was read of it. `isDeep`: within $(…), `…` or a here-document, of which no account is kept. */
export interface ShellPlace {
  readonly quotes: Quotes;
  readonly isDeep: boolean;
}

/** Reads on from the beginning of a command for /bin/sh. */
export function placeBehind(text: string): ShellPlace {
  let quotes: Quotes = "none";
  let isDeep = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (quotes === "single") {
      if (character === "'") quotes = "none";
      continue;
    }
    if (character === "\\") i++;
    else if (character === '"') quotes = quotes === "double" ? "none" : "double";
    else if (character === "`" || text.startsWith("$(", i) || text.startsWith("${", i)) isDeep = true;
    else if (quotes === "double") continue;
    else if (text.startsWith("$'", i))
      isDeep = true; // some shells give it a meaning of its own
    else if (character === "'") quotes = "single";
    else if (text.startsWith("<<", i)) isDeep = true;
    else if (character === "#" && (i === 0 || /[\s;&|()]/.test(text[i - 1] as string))) i = endOfLine(text, i);
  }
  return { quotes, isDeep };
}

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
};

/** The value so that it is one word, or a part of one, as it stands; null where that cannot be promised. */
export function quoted(value: string, { quotes, isDeep }: ShellPlace): string | null {
  if (PLAIN.test(value)) return value;
  if (isDeep) return null;
  if (quotes === "double") return value.replace(/[\\"$`]/g, "\\$&");
  const escaped = value.replaceAll("'", "'\\''");
  return quotes === "single" ? escaped : `'${escaped}'`;
}
