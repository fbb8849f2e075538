import { join, resolve } from "node:path";
import { DomainError, type Fault } from "../core/errors.ts";
import { createChecker, faultAt, type Path, readYaml } from "../input/index.ts";
import type { Config, ServerConfig } from "./config.ts";
import { configSchema } from "./schema.ts";
import { completeServer, repeats, type ServerInput, serverFaults } from "./servers.ts";
import { type Environment, type SettingName, settingsFrom, strangers } from "./settings.ts";
import { webhookFaults } from "./webhook-faults.ts";

export interface ConfigSources {
  readonly file: { readonly path: string; readonly text: string } | null;
  readonly cwd: string;
  readonly env: Environment;
  /** From the command line. */
  readonly flags?: Readonly<Partial<Record<SettingName, string>>>;
}

/** One source of configuration, in the shape of the file. */
interface Layer {
  readonly input: unknown;
  /** Where a field of it was written, for messages. */
  place(path: Path): string;
}

/** What the schema fills in. */
type Complete = Omit<Config, "file" | "listen" | "databaseFile" | "servers" | "policy"> & {
  readonly listen: Omit<Config["listen"], "tls"> & Partial<Pick<Config["listen"], "tls">>;
  readonly policy: string | (Pick<Config["policy"], "key"> & Partial<Config["policy"]>);
  readonly servers?: readonly ServerInput[];
};

const check = createChecker(configSchema);

/**
 * Flags go before the environment, the environment before the file, and all before the defaults. Relative paths start
 * at the working folder, those in the file at the file's folder.
 * @throws DomainError with every fault of every source at once: `schedulearn.yaml:4:3: servers.0.name: is required`
 */
export function checkConfig({ file, cwd, env, flags = {} }: ConfigSources): Config {
  const written = file && fileLayer(file, cwd);
  const settings = settingsFrom(env, flags).map(({ name, input }) => ({ input, place: () => name }));
  const faults = [...(written ? [written] : []), ...settings].flatMap(layerFaults);
  const all = [...faults, ...strangers(env)];
  if (all.length > 0) throw new DomainError(all);

  const base = written ? absolute(written.input, resolve(file.path, "..")) : {};
  const merged = settings.reduce((below, { input }) => merge(below, absolute(input, cwd)), base);
  return frozen(completed(check(merged).value as Complete, cwd, file?.path ?? null));
}

function fileLayer({ path, text }: { path: string; text: string }, cwd: string): Layer {
  const name = path.startsWith(join(cwd, "/")) ? path.slice(join(cwd, "/").length) : path;
  const reading = readYaml(text);
  if (reading.problem !== null) {
    const { line, column } = reading.at;
    throw new DomainError({ code: "INVALID_INPUT", message: `${name}:${line}:${column}: ${reading.problem}` });
  }
  const place = (at: Path): string => {
    const { line, column } = reading.locate(at);
    return `${name}:${line}:${column}`;
  };
  return { input: reading.value ?? {}, place }; // a file of comments only is as good as none
}

function layerFaults({ input, place }: Layer): Fault[] {
  const { value, faults } = check(input);
  const { servers, images, registries, portRange, webhooks } = value as Partial<Complete>;
  const isSound = (field: string): boolean => !faults.some(({ path }) => path?.[0] === field);
  const all = [
    ...faults,
    ...(Array.isArray(servers) && isSound("servers") ? serverListFaults(servers) : []),
    ...(images && isSound("images") ? imagesFaults(images) : []),
    ...(portRange && isSound("portRange") ? portFaults(portRange) : []),
    ...(registries && isSound("registries") ? registryFaults(registries) : []),
    ...(webhooks && isSound("webhooks") ? webhookFaults(webhooks) : []),
  ];
  return all.map((fault) => ({ ...fault, message: `${place(fault.path ?? [])}: ${fault.message}` }));
}

const serverListFaults = (servers: readonly ServerInput[]): Fault[] => [
  ...repeats(servers, ["name"], ["servers"]),
  ...servers.flatMap((server, i) => serverFaults(server, ["servers", String(i)])),
];

const portFaults = ({ first, last }: Config["portRange"]): Fault[] =>
  first <= last ? [] : [faultAt(["portRange", "first"], "must be at most portRange.last")];

function imagesFaults({ highPercent, lowPercent }: Config["images"]): Fault[] {
  return lowPercent < highPercent ? [] : [faultAt(["images", "lowPercent"], "must be less than images.highPercent")];
}

const registryFaults = (registries: Config["registries"]): Fault[] => [
  ...repeats(registries, ["host"], ["registries"]),
  ...registries.flatMap(({ passwordFile, passwordEnv }, i) =>
    (passwordFile === undefined) === (passwordEnv === undefined)
      ? [
          faultAt(
            ["registries", String(i)],
            "give passwordFile or passwordEnv, so that no password stands in this file",
          ),
        ]
      : [],
  ),
];

/** The same with absolute paths. It has been checked. */
function absolute(input: unknown, folder: string): object {
  const { listen, dataDir, servers, registries, webhooks, ...rest } = input as Partial<Complete>;
  const tls = listen?.tls;
  return {
    ...rest,
    ...(listen && {
      listen: tls ? { ...listen, tls: { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } } : listen,
    }),
    ...(dataDir && { dataDir: resolve(folder, dataDir) }),
    ...(servers && { servers: servers.map((server) => completeServer(server, folder)) }),
    ...(registries && {
      registries: registries.map((one) => ({
        ...one,
        ...(one.passwordFile && { passwordFile: resolve(folder, one.passwordFile) }),
      })),
    }),
    ...(webhooks && {
      webhooks: webhooks.map((one) => ({
        ...one,
        ...(one.secretFile && { secretFile: resolve(folder, one.secretFile) }),
      })),
    }),
  };
}

/** Field by field where both have fields; a list, or a policy by its name, takes the place of what was there. */
function merge(below: object, above: object): object {
  const result: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const under = result[name];
    result[name] = isFields(under) && isFields(value) ? merge(under, value) : value;
  }
  return result;
}

const isFields = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function completed(input: Complete, cwd: string, file: string | null): Config {
  const { listen, policy, servers, ...rest } = input;
  const dataDir = resolve(cwd, input.dataDir);
  return {
    ...rest,
    file,
    listen: { ...listen, tls: listen.tls ?? null },
    dataDir,
    databaseFile: join(dataDir, "schedulearn.sqlite"),
    servers: servers ? servers.map((server): ServerConfig => completeServer(server, cwd)) : null,
    policy:
      typeof policy === "string" ? { key: policy, options: {} } : { key: policy.key, options: policy.options ?? {} },
  };
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
