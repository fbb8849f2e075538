import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import Docker from "dockerode";
import { statusBehind } from "./podman-errors.ts";
import { SshAgent } from "./ssh.ts";

/** PEM texts. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const REQUEST_MILLIS = 15_000;
const FIRST_PAUSE_MILLIS = 100;
const LONGEST_PAUSE_MILLIS = 2_000;
export const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";

export interface AskOptions {
  /** Gives up at once, with the signal's reason. */
  readonly signal: AbortSignal;
  /** For one request. */
  readonly deadlineMillis?: number;
  /** How long to go on asking an engine that does not answer; for ever unless given. */
  readonly patienceMillis?: number | undefined;
}

/** What we use of the engine's account of itself. */
export interface EngineInfo {
  readonly ID: string;
  readonly ServerVersion: string;
  readonly NCPU: number;
  /** Bytes. */
  readonly MemTotal: number;
  /** RFC 3339. */
  readonly SystemTime: string;
  readonly ExperimentalBuild?: boolean;
  /** The folder of all that it keeps. */
  readonly DockerRootDir?: string;
  /** Only Podman has it. */
  readonly BuildahVersion?: string;
}

/** A Docker engine over any of its endpoints. No request of it is without a deadline. */
export class Engine {
  readonly docker: Docker;
  readonly #endpoint: string;
  readonly #tls: TlsFiles | undefined;
  readonly #agent: HttpAgent;

  /** @param endpoint `unix:///path`, `tcp://host:port` or `ssh://user@host[:port]`; throws a TypeError for another */
  constructor(endpoint: string, tls?: TlsFiles) {
    this.#endpoint = endpoint;
    this.#tls = tls;
    const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
    switch (url?.protocol) {
      case "unix:":
        this.#agent = new HttpAgent({ keepAlive: true });
        this.docker = client({ socketPath: url.pathname, agent: this.#agent });
        break;
      case "tcp:":
        this.#agent = tls ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
        this.docker = client({
          host: url.hostname,
          port: url.port || (tls ? "2376" : "2375"),
          protocol: tls ? "https" : "http",
          agent: this.#agent,
          ...tls,
        });
        break;
      case "ssh:":
        this.#agent = new SshAgent(url);
        this.docker = client({ host: "docker", port: 80, protocol: "http", agent: this.#agent });
        break;
      default:
        throw new TypeError(`a Docker endpoint is unix:///path, tcp://host:port or ssh://user@host, not "${endpoint}"`);
    }
  }

  /** The same one over connections of its own; to be closed as well. */
  anew(): Engine {
    return new Engine(this.#endpoint, this.#tls);
  }

  /** One request. Rejects with the engine's word (see `statusOf`), or when it does not answer in time. */
  async request<T>(
    signal: AbortSignal,
    deadlineMillis: number,
    call: (abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const both = new AbortController();
    const giveUp = () => both.abort(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    const late = new Error(`the Docker engine did not answer within ${deadlineMillis / 1000} s`);
    const timer = setTimeout(() => both.abort(late), deadlineMillis);
    try {
      // A call whose answer breaks off in the middle never settles by itself, not even when it is aborted.
      return await new Promise<T>((resolve, reject) => {
        both.signal.addEventListener("abort", () => reject(both.signal.reason), { once: true });
        call(both.signal).then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** A request whose answer is a stream: the deadline is for the engine's first word, the signal ends the stream as well. */
  open<T>(signal: AbortSignal, deadlineMillis: number, call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    return this.request(signal, deadlineMillis, (late) => {
      const either = new AbortController();
      late.addEventListener("abort", () => either.abort(late.reason), { once: true });
      signal.addEventListener("abort", () => either.abort(signal.reason), { once: true });
      return call(either.signal);
    });
  }

  /**
   * Asks until the engine answers; an error with a status is an answer. A request that got none may have been carried out,
   * so what is asked must bear being asked twice.
   */
  async ask<T>(options: AskOptions, call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, deadlineMillis = REQUEST_MILLIS, patienceMillis = Number.POSITIVE_INFINITY } = options;
    const giveUpAt = performance.now() + patienceMillis;
    for (let pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
      try {
        return await this.request(signal, deadlineMillis, call);
      } catch (error) {
        signal.throwIfAborted();
        if (statusOf(error) !== null || performance.now() + pause > giveUpAt) throw error;
      }
      await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** Waits until the container runs no more, however long that takes. Rejects when the connection breaks. */
  async ended(container: Docker.Container, signal: AbortSignal): Promise<void> {
    const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      container.modem.dial(
        {
          path: `/containers/${container.id}/wait?`,
          method: "POST",
          isStream: true,
          abortSignal: signal,
          statusCodes: { 200: true, 404: "no such container", 500: "server error" },
        },
        (error: unknown, stream: NodeJS.ReadableStream) => (error ? reject(error) : resolve(stream)),
      );
    });
    // Its head comes at once, its body at the end.
    for await (const _ of answer);
  }

  async ping(signal: AbortSignal, deadlineMillis: number): Promise<void> {
    await this.request(signal, deadlineMillis, (abortSignal) => this.#untyped.ping({ abortSignal }));
  }

  info(signal: AbortSignal): Promise<EngineInfo> {
    return this.request(signal, REQUEST_MILLIS, (abortSignal) => this.#untyped.info({ abortSignal }));
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Both take options, which their types forgot. */
  get #untyped() {
    return this.docker as unknown as {
      ping(options: { abortSignal: AbortSignal }): Promise<unknown>;
      info(options: { abortSignal: AbortSignal }): Promise<EngineInfo>;
    };
  }
}

/** Its types know nothing of `agent`, which it hands to Node's `request`. */
function client(options: Docker.DockerOptions & { agent: HttpAgent }): Docker {
  // It writes out all options of each request for its debug log, read or not: without this, all open connections with them.
  Object.defineProperty(options.agent, inspect.custom, { value: () => "[Agent]" });
  // What is not given it takes from DOCKER_HOST and its kin, which are about another engine.
  const own = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined, timeout: undefined };
  return new Docker({ ...own, protocol: "http", ...options });
}

/** Is there an engine? Its version, or an error that says in plain words what is in the way. */
export async function probeDocker(
  endpoint: string = process.env.DOCKER_HOST || DEFAULT_ENDPOINT,
  tls?: TlsFiles,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const engine = new Engine(endpoint, tls);
  try {
    return (await engine.info(signal)).ServerVersion;
  } catch (error) {
    throw new Error(`no Docker engine at ${endpoint}: ${obstacle(error)}`, { cause: error });
  } finally {
    engine.close();
  }
}

const OBSTACLES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such socket; is Docker installed and started?",
  ECONNREFUSED: "nothing listens there; is the Docker engine started?",
  EACCES: "this user may not use it; add the user to the group docker",
  ENOTFOUND: "the host's name is unknown",
  EHOSTUNREACH: "the host cannot be reached",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "the engine wants a client certificate that it trusts",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the engine's certificate is not signed by the given authority",
};

/** What is in the way, in plain words. */
export function obstacle(error: unknown): string {
  const { code } = error as { code?: string };
  return (code && OBSTACLES[code]) || reasonOf(error);
}

/** The HTTP status of the engine's answer; null when it gave none. */
export const statusOf = (error: unknown): number | null =>
  statusBehind(error) ?? (error as { statusCode?: number } | null)?.statusCode ?? null;

/** What the engine, or whatever stands before it, gave as the reason. */
export function reasonOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: string } | null; message?: string };
  return (json?.message ?? message ?? String(error)).trim();
}

/** Swallows the answers that mean: done already. */
export function accept<T>(...statuses: readonly number[]): (error: unknown) => T | undefined {
  return (error) => {
    if (statuses.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  };
}
