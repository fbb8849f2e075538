import { join } from "node:path";
import type { Fault } from "../core/errors.ts";
import { faultAt, nearest } from "../input/index.ts";
import { isLoopback, parseEndpoint } from "./endpoint.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What can be set from outside the file: the flag `--port` and the variable SCHEDULEARN_PORT are one setting. */
export type SettingName = "host" | "port" | "data" | "policy" | "servers" | "log";

const SETTINGS: Record<SettingName, (text: string, env: Environment) => object> = {
  host: (host) => ({ listen: { host } }),
  port: (text) => ({ listen: { port: /^\d+$/.test(text) ? Number(text) : text } }),
  data: (dataDir) => ({ dataDir }),
  policy: (policy) => ({ policy }),
  servers: (text, env) => ({ servers: serversIn(text, env) }),
  log: (level) => ({ log: { level } }),
};
const NAMES = Object.keys(SETTINGS) as SettingName[];
const PREFIX = "SCHEDULEARN_";

/** One setting in the shape of the file. */
export interface Setting {
  readonly name: string;
  readonly input: object;
}

export function settingsFrom(env: Environment, flags: Readonly<Partial<Record<SettingName, string>>>): Setting[] {
  const fromEnv = NAMES.flatMap((name) => {
    const variable = PREFIX + name.toUpperCase();
    const text = env[variable];
    // Within a job this variable says how many servers the job was granted.
    if (!text || (name === "servers" && env.SCHEDULEARN_JOB_ID)) return [];
    return [{ name: variable, input: SETTINGS[name](text, env) }];
  });
  const fromFlags = NAMES.flatMap((name) => {
    const text = flags[name];
    return text === undefined ? [] : [{ name: `--${name}`, input: SETTINGS[name](text, env) }];
  });
  return [...fromEnv, ...fromFlags];
}

/** `alpha=unix:///run/a.sock,beta=tcp://10.0.0.2:2376`; tls files where Docker's own client looks for them. */
function serversIn(text: string, env: Environment): object[] {
  return text.split(",").map((entry) => {
    const [, name, endpoint = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(entry) ?? [null, undefined, entry.trim()];
    const where = parseEndpoint(endpoint);
    const certs = where?.kind === "tcp" && !isLoopback(where.host) ? env.DOCKER_CERT_PATH : undefined;
    const tls = certs && { ca: join(certs, "ca.pem"), cert: join(certs, "cert.pem"), key: join(certs, "key.pem") };
    return { name, endpoint, ...(tls && { tls }) };
  });
}

/** Variables of clients and of jobs, which the server has no use for. */
const OTHERS = "TOKEN URL TRACES JOB_ID JOB_NAME ATTEMPT START_REASON GPUS CORES CHECKPOINT_DIR MEMBERS KEY".split(" ");

/** Variables that would be ours but for a slip. */
export function strangers(env: Environment): Fault[] {
  const ours = ["CONFIG", ...NAMES.map((name) => name.toUpperCase())];
  return Object.keys(env).flatMap((variable) => {
    const name = variable.slice(PREFIX.length);
    if (!variable.startsWith(PREFIX) || /^(PORT|LISTEN)_/.test(name) || [...ours, ...OTHERS].includes(name)) return [];
    const meant = nearest(name, ours);
    return meant ? [faultAt([variable], `unknown, did you mean ${PREFIX}${meant}?`)] : [];
  });
}
