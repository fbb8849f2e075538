export type Style = (text: string) => string;

export interface Cell {
  readonly text: string;
  readonly style: Style;
}

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** May be cut off to fit the terminal. */
  readonly shrinks?: boolean;
  /** Rather than below so many columns, optional columns go. */
  readonly least?: number;
  /** May go altogether, the last one first, to leave the others their room. */
  readonly optional?: boolean;
}

const GAP = "  ";
const LEAST = 8;

interface Look {
  /** Columns of the terminal: cells that may shrink are cut; null leaves everything whole. */
  readonly width: number | null;
  readonly title: Style;
  /** Where something is cut off. */
  readonly cut?: string;
}

/** Lines of a table without borders; null where so few columns cannot hold it. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (string | Cell)[])[],
  { width, title, cut = "…" }: Look,
): string[] | null {
  const head = columns.map((column): Cell => ({ text: column.title, style: title }));
  const all = [head, ...rows.map((row) => row.map((cell) => (typeof cell === "string" ? plain(cell) : cell)))];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => textWidth(row[i]?.text ?? ""))));
  if (width !== null && !shrink(widths, columns, width, ({ least = LEAST }) => least)) {
    const gone = columns.findLastIndex(({ optional }) => optional);
    const kept = <T>(of: readonly T[]): T[] => of.filter((_, i) => i !== gone);
    if (gone >= 0) return table(kept(columns), rows.map(kept), { width, title, cut });
    if (!shrink(widths, columns, width, () => LEAST)) return null;
  }
  return all.map((row) => {
    const cells = columns.map((column, i) => {
      const { text, style } = row[i] ?? plain("");
      const shown = cutTo(text, widths[i] ?? 0, cut);
      const space = " ".repeat((widths[i] ?? 0) - textWidth(shown));
      if (column.align === "right") return space + style(shown);
      return i === columns.length - 1 ? style(shown) : style(shown) + space;
    });
    return cells.join(GAP).trimEnd();
  });
}

/** The rows one below the other, each as its cells with their titles; what is empty is left out. */
export function records(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, title }: Omit<Look, "cut">,
): string[] {
  return rows.flatMap((row, nth) => [
    ...(nth > 0 ? [""] : []),
    ...columns.flatMap((column, i) => {
      const { text, style } = row[i] ?? plain("");
      if (text.trim() === "" || text === "-") return [];
      const name = column.title.trim();
      if (name === "") return [style(text)];
      const isLong = width !== null && name.length + 1 + textWidth(text) > width;
      const lines = isLong ? wrapTo(text, Math.max(1, width - 2)).map((line) => `  ${style(line)}`) : [];
      return isLong ? [title(name), ...lines] : [`${title(name)} ${style(text)}`];
    }),
  ]);
}

const plain = (text: string): Cell => ({ text, style: (same) => same });

/** Takes from the widest column that may shrink, until all fits: true; false when nothing is left to take. */
function shrink(
  widths: number[],
  columns: readonly Column[],
  width: number,
  leastOf: (column: Column) => number,
): boolean {
  for (;;) {
    const total = widths.reduce((sum, of) => sum + of, 0) + GAP.length * (widths.length - 1);
    if (total <= width) return true;
    const candidates = columns.flatMap((column, i) =>
      column.shrinks && (widths[i] ?? 0) > leastOf(column) ? [i] : [],
    );
    const [widest] = candidates.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest === undefined) return false;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60])/u;
const segmenter = new Intl.Segmenter();
const glyphs = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);
const glyphWidth = (glyph: string): number => (WIDE.test(glyph) ? 2 : 1);

/** The columns of a terminal that a text without control characters takes. */
export const textWidth = (text: string): number => glyphs(text).reduce((sum, glyph) => sum + glyphWidth(glyph), 0);

/** The text in lines of at most `width` columns, broken between words; a word that is longer is broken where the line ends. */
export function wrapTo(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const glyph of glyphs(word)) {
      if (textWidth(line) + glyphWidth(glyph) > width && line !== "") {
        lines.push(line);
        line = "";
      }
      line += glyph;
    }
  }
  return [...lines, line];
}

/** The text in at most `width` columns, with a sign where something is missing. */
export function cutTo(text: string, width: number, sign = "…"): string {
  if (textWidth(text) <= width) return text;
  let cut = "";
  let left = width - 1;
  for (const glyph of glyphs(text)) {
    left -= glyphWidth(glyph);
    if (left < 0) break;
    cut += glyph;
  }
  return `${cut}${sign}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
const COLOUR = /(\u001b\[[0-9;:]*m)/;

/** The columns that a text takes in which there may be colours. */
export const styledWidth = (text: string): number =>
  text.split(COLOUR).reduce((sum, part, i) => sum + (i % 2 === 1 ? 0 : textWidth(part)), 0);

/** Likewise cut: the colours stay, and end where they ended. */
export function cutStyled(text: string, width: number, sign = "…"): string {
  if (styledWidth(text) <= width) return text;
  let left = width - 1;
  let isCut = false;
  return text
    .split(COLOUR)
    .map((part, i) => {
      if (i % 2 === 1 || part === "") return part;
      if (isCut) return "";
      const partWidth = textWidth(part);
      if (partWidth <= left) {
        left -= partWidth;
        return part;
      }
      isCut = true;
      return cutTo(part, left + 1, sign);
    })
    .join("");
}
