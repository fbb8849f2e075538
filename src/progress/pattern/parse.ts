/** The tree of a regular expression. Named groups are all that is captured. */
export type Node =
  | { kind: "char"; accepts: (code: number) => boolean }
  | { kind: "assert"; what: "start" | "end" | "boundary" | "no-boundary" }
  | { kind: "sequence"; nodes: Node[] }
  | { kind: "choice"; options: Node[] }
  | { kind: "group"; name: string; node: Node }
  | { kind: "repeat"; node: Node; min: number; max: number; lazy: boolean };

/** Why a pattern is refused, in words for the one who wrote it. */
export class PatternFault extends Error {}

const CLASS = /\[\^?(?:\\[\s\S]|[^\]\\])*\]/y;
const ESCAPED = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|[\s\S])/y;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})(\??)/y;
const ASSERTS = { "^": "start", $: "end", "\\b": "boundary", "\\B": "no-boundary" } as const;

/**
 * Parses a JavaScript regular expression (no flags). What compiles and is refused nevertheless: look-around and
 * back-references, for which no bound on the work is known. Throws `PatternFault`.
 */
export function parse(pattern: string): Node {
  try {
    new RegExp(pattern);
  } catch (error) {
    throw new PatternFault(error instanceof Error ? error.message : "not a regular expression");
  }
  const reader = new Reader(pattern);
  return reader.choice();
}

class Reader {
  #at = 0;

  constructor(private readonly pattern: string) {}

  choice(): Node {
    const options = [this.#sequence()];
    while (this.#accept("|")) options.push(this.#sequence());
    return options.length === 1 ? (options[0] as Node) : { kind: "choice", options };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (this.#at < this.pattern.length && !"|)".includes(this.#peek())) nodes.push(this.#repeated(this.#atom()));
    return nodes.length === 1 ? (nodes[0] as Node) : { kind: "sequence", nodes };
  }

  #repeated(node: Node): Node {
    const match = this.#take(QUANTIFIER);
    if (!match) return node;
    const [, sign, from, comma, to, lazy] = match;
    const min = sign ? (sign === "+" ? 1 : 0) : Number(from);
    const max = sign
      ? sign === "?"
        ? 1
        : Number.POSITIVE_INFINITY
      : !comma
        ? min
        : to
          ? Number(to)
          : Number.POSITIVE_INFINITY;
    return { kind: "repeat", node, min, max, lazy: lazy === "?" };
  }

  #atom(): Node {
    if (this.#accept("(")) return this.#group();
    const char = this.#take(CLASS)?.[0] ?? this.#take(ESCAPED)?.[0] ?? this.pattern[this.#at++] ?? "";
    if (/^\\(?:[1-9]|k)/.test(char)) throw new PatternFault(`back-references (${char}) are not supported`);
    if (Object.hasOwn(ASSERTS, char)) return { kind: "assert", what: ASSERTS[char as keyof typeof ASSERTS] };
    return { kind: "char", accepts: acceptor(char) };
  }

  #group(): Node {
    let name: string | null = null;
    if (this.#accept("?:")) name = null;
    else if (this.#accept("?=") || this.#accept("?!")) throw new PatternFault("lookahead is not supported");
    else if (this.#accept("?<=") || this.#accept("?<!")) throw new PatternFault("lookbehind is not supported");
    else if (this.#accept("?<")) {
      const end = this.pattern.indexOf(">", this.#at);
      name = this.pattern.slice(this.#at, end);
      this.#at = end + 1;
    } else if (this.#peek() === "?") throw new PatternFault("flags inside the pattern are not supported");
    const node = this.choice();
    this.#at++; // the closing bracket: the pattern compiles, so it is there
    return name === null ? node : { kind: "group", name, node };
  }

  #peek(): string {
    return this.pattern[this.#at] ?? "";
  }

  #accept(text: string): boolean {
    if (!this.pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.pattern);
    if (match) this.#at = expression.lastIndex;
    return match;
  }
}

/** JavaScript itself says which characters a class or an escape accepts; ASCII is asked once. */
function acceptor(source: string): (code: number) => boolean {
  if (source.length === 1 && source !== ".") return (code) => code === source.charCodeAt(0);
  const single = new RegExp(`^${source}$`);
  const accepts = (code: number) => single.test(String.fromCharCode(code));
  const ascii = Array.from({ length: 128 }, (_, code) => accepts(code));
  return (code) => ascii[code] ?? accepts(code);
}
