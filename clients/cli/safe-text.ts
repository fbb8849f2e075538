// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SGR = /(\u001b\[[0-9;:]*m)/;
/** Control characters but tab, and the marks that turn the direction of writing around: they make text show what it is not. */
const UNSAFE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: they are what is looked for
const RESET = "\u001b[0m";

/**
 * Text from a job as a terminal may be given it: colours and tabs stay, every other control character is spelled out, so that
 * it can neither move the cursor, nor rename the window, nor answer for the user.
 */
export function safeLine(text: string): string {
  const parts = text.split(SGR); // every second part is a colour
  const safe = parts.map((part, i) => (i % 2 === 1 ? part : part.replace(UNSAFE, spell))).join("");
  return parts.length > 1 ? safe + RESET : safe;
}

/** Likewise for a name or a reason inside a table or sentence, where colours have no place either. */
export const safeWord = (text: string): string => text.replace(/\t/g, " ").replace(UNSAFE, spell);

function spell(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
