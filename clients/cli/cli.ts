import { type Command, InvalidArgumentError } from "commander";
import { WebSocket } from "ws";
import { createClient, type SchedulearnClient } from "../sdk/index.ts";
import { exitCode, UsageError } from "./exit-code.ts";
import type { Laboratory } from "./replay/laboratory.ts";
import type { ServerSide } from "./server-side.ts";
import { type Io, Terminal } from "./terminal.ts";
import { VersionWatch } from "./version.ts";

export const DEFAULT_URL = "http://127.0.0.1:4000/graphql";

/** Streams that drop within this time were cut by the same thing: it is told once. */
const ONE_CUT_MILLIS = 2_000;

/** What every command takes. */
export interface CommonOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** What a command works with. */
export interface Session {
  readonly client: SchedulearnClient;
  /** Where the API is, and whether that was said or is only usual. */
  readonly server: { readonly url: string; readonly token?: string | undefined; readonly isNamed: boolean };
  readonly terminal: Terminal;
  /** Wants JSON. */
  readonly json: boolean;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** A client for what is still to be asked for after Ctrl-C, to be closed by whoever opens it. */
  afterwards(): SchedulearnClient;
}

type Action<Args extends readonly unknown[]> = (session: Session, ...args: Args) => Promise<number | undefined>;

/** One run of the command line. */
export class Cli {
  readonly io: Io;
  /** What stands behind `--`; null without one. */
  readonly behindDashes: readonly string[] | null;
  /** What comes with the server; null where the command line stands alone. */
  readonly serverSide: ServerSide | null;
  /** How the command ended; the last word of `main`. */
  code: number = exitCode.ok;

  constructor(io: Io, behindDashes: readonly string[] | null, serverSide?: ServerSide) {
    this.io = io;
    this.behindDashes = behindDashes;
    this.serverSide = serverSide ?? null;
  }

  /** Throws a UsageError where the command line stands alone. */
  laboratory(): Promise<Laboratory> {
    if (this.serverSide) return this.serverSide.laboratory();
    throw new UsageError("this command needs the laboratory, which comes with the server: run it as schedulearn");
  }

  /** Where the API is, and with which token, by the flags and the environment. */
  server({ url, token }: Pick<CommonOptions, "url" | "token">) {
    const { SCHEDULEARN_URL, SCHEDULEARN_TOKEN } = this.io.env;
    return {
      url: url || SCHEDULEARN_URL || DEFAULT_URL,
      token: token || SCHEDULEARN_TOKEN || undefined,
      isNamed: Boolean(url || SCHEDULEARN_URL),
    };
  }

  /** A handler for commander that opens a session for the action, and closes it behind it. */
  act<Args extends readonly unknown[]>(action: Action<Args>): (...args: [...Args, Command]) => Promise<void> {
    const { io } = this;
    return async (...given) => {
      const command = given.at(-1) as Command;
      const args = given.slice(0, -1) as unknown as Args;
      const { json, ...flags } = command.optsWithGlobals<CommonOptions>();
      const terminal = new Terminal(this.io, { json: json === true });
      const versions = new VersionWatch((words) => terminal.note(words));
      let cutAt = 0;
      const server = this.server(flags);
      const client = createClient({
        ...server,
        webSocket: WebSocket,
        // A change that hangs ends with Ctrl-C as well.
        async fetch(input, init) {
          const signal = AbortSignal.any([io.signal, ...(init?.signal ? [init.signal] : [])]);
          const response = await fetch(input, { ...init, signal });
          versions.see(response);
          return response;
        },
        retry: {
          onRetry({ attempt, reason }) {
            if (attempt > 1 || Date.now() - cutAt < ONE_CUT_MILLIS) return;
            cutAt = Date.now();
            terminal.note(`${reason}; trying again`);
          },
        },
      });
      try {
        const afterwards = (): SchedulearnClient => createClient({ ...server, webSocket: WebSocket });
        const { url } = client; // whole, however short it was given
        const place = { ...server, url };
        const session = { client, server: place, terminal, json: json === true, signal: this.io.signal, afterwards };
        this.code = (await action(session, ...args)) ?? exitCode.ok;
      } finally {
        client.close();
      }
    };
  }
}

/** Reads `K=V` again and again into one object. */
export function pairs(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const cut = text.indexOf("=");
  if (cut < 1) throw new InvalidArgumentError("It must be NAME=VALUE.");
  return { ...before, [text.slice(0, cut)]: text.slice(cut + 1) };
}

/** A whole number from 0 on. */
export function count(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** A whole number from 1 on. */
export function several(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return Number(text);
}

/** A whole number that may be negative. */
export function integer(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** At least and at most. */
export type Quantity = { readonly min: number; readonly max: number };

/** `2`, or `1:4` for between one and four. */
export function quantity(text: string): number | Quantity {
  const [, min, max] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (min === undefined) throw new InvalidArgumentError("It must be a number such as 2, or bounds such as 1:4.");
  return max === undefined ? Number(min) : { min: Number(min), max: Number(max) };
}

export const gpuInput = (gpus: number | Quantity) => (typeof gpus === "number" ? { count: gpus } : gpus);
export const coreInput = (cores: number | Quantity) => (typeof cores === "number" ? { count: cores } : cores);

/** Memory in MiB: `512`, `512M`, `16G`. */
export function mebibytes(text: string): number {
  const [, amount, unit] = /^(\d{1,12})\s*(?:([MG])(?:i?B)?)?$/i.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError("It must be a size such as 512M or 16G.");
  return Number(amount) * (unit?.toUpperCase() === "G" ? 1024 : 1);
}

/** Examples under a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  schedulearn ${line}\n`).join("")}`;
