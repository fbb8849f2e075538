import { PassThrough, Readable, Writable } from "node:stream";
import { main } from "../../../clients/cli/main.ts";
import { serverSide } from "../../../src/server-side.ts";

export interface CliOptions {
  readonly url?: string;
  readonly token?: string;
  readonly stdin?: string;
  /** Is there a terminal, and how wide is it? */
  readonly columns?: number;
  /** Of that terminal. */
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told of all output until now, whenever there is more. */
  onOutput?(out: string, err: string): void;
}

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, as if it had one of its own. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  let [out, err] = ["", ""];
  const sink = (take: (text: string) => void): PassThrough => {
    const write = (chunk: unknown, _: unknown, done: () => void): void => {
      take(String(chunk));
      options.onOutput?.(out, err);
      done();
    };
    return new Writable({ write, decodeStrings: false }) as PassThrough;
  };
  const { url, token, columns, rows = 24, env, signal } = options;
  const io = {
    stdin: Readable.from([options.stdin ?? ""]),
    stdout: Object.assign(
      sink((text) => {
        out += text;
      }),
      columns === undefined ? {} : { isTTY: true, columns, rows },
    ),
    stderr: Object.assign(
      sink((text) => {
        err += text;
      }),
      columns === undefined ? {} : { isTTY: true, columns },
    ),
    env: { ...(url && { SCHEDULEARN_URL: url }), ...(token && { SCHEDULEARN_TOKEN: token }), ...env },
    signal: signal ?? new AbortController().signal,
  };
  const code = await main(argv, io, serverSide);
  return { code, out, err };
}
