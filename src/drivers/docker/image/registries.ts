import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AuthConfig } from "dockerode";
import type { RegistryConfig } from "../../../config/index.ts";
import { reasonOf } from "../engine/engine.ts";
import { infrastructure, RunFailure } from "../run/outcome.ts";

const DOCKER_HUB = "docker.io";
/** What Docker's own client calls it. */
const HUB_KEY = "https://index.docker.io/v1/";
const HELPER_MILLIS = 10_000;
/** The user's name by which a program tells that what it gives is a token. */
const TOKEN_USER = "<token>";

/** Docker's own file, as far as it tells of passwords. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** Who we are to the registries that images come from: by the configuration, else by `~/.docker/config.json`. Read anew each time. */
export class Registries {
  readonly #configured: readonly RegistryConfig[];
  readonly #env: NodeJS.ProcessEnv;

  constructor(configured: readonly RegistryConfig[], env: NodeJS.ProcessEnv = process.env) {
    this.#configured = configured;
    this.#env = env;
  }

  /** Undefined: nobody in particular. Throws a RunFailure where there is a password that cannot be had. */
  async authFor(image: string): Promise<AuthConfig | undefined> {
    const host = registryOf(image);
    const configured = this.#configured.find((registry) => registry.host === host);
    try {
      return configured ? await this.#configuredAuth(configured) : await this.#dockerAuth(host);
    } catch (error) {
      const message = `the password of registry ${host} cannot be had: ${reasonOf(error)}`;
      throw new RunFailure(infrastructure("image-pull", message, true), { cause: error });
    }
  }

  async #configuredAuth({ host, username, passwordFile, passwordEnv }: RegistryConfig): Promise<AuthConfig> {
    const password = passwordFile ? (await readFile(passwordFile, "utf8")).trimEnd() : this.#env[passwordEnv ?? ""];
    if (!password) throw new Error(`${passwordFile ?? `the variable ${passwordEnv}`} is empty`);
    return { username, password, serveraddress: addressOf(host) };
  }

  async #dockerAuth(host: string): Promise<AuthConfig | undefined> {
    const file = join(this.#env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json");
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
      throw error;
    });
    if (text === null) return undefined;
    const { auths = {}, credHelpers = {}, credsStore } = JSON.parse(text) as DockerConfig;
    const keys =
      host === DOCKER_HUB ? [HUB_KEY, "index.docker.io", DOCKER_HUB] : [host, `https://${host}`, `http://${host}`];
    const helper = keys.map((key) => credHelpers[key]).find((name) => name) ?? credsStore;
    const [key = host] = keys;
    if (helper) return await this.#askHelper(helper, key, host);
    const entry = keys.map((each) => auths[each]).find((each) => each);
    if (entry?.identitytoken) return tokenAuth(host, entry.identitytoken);
    const [username = "", ...password] = Buffer.from(entry?.auth ?? "", "base64")
      .toString()
      .split(":");
    return username === "" ? undefined : { username, password: password.join(":"), serveraddress: addressOf(host) };
  }

  /** Docker's protocol for programs that keep passwords: the registry's name on stdin, JSON on stdout. */
  async #askHelper(helper: string, key: string, host: string): Promise<AuthConfig | undefined> {
    if (!/^[A-Za-z0-9_.-]+$/.test(helper)) throw new Error(`"${helper}" is no name of a credential helper`);
    const answer = await new Promise<string | null>((resolve, reject) => {
      const options = { timeout: HELPER_MILLIS, env: this.#env };
      const child = execFile(`docker-credential-${helper}`, ["get"], options, (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (/credentials not found/i.test(stdout + stderr)) resolve(null);
        else reject(new Error(`docker-credential-${helper} failed: ${stderr.trim() || (error.code ?? "no answer")}`));
      });
      child.stdin?.on("error", () => undefined).end(key);
    });
    if (answer === null) return undefined;
    const { Username, Secret } = JSON.parse(answer) as { Username: string; Secret: string };
    if (Username === TOKEN_USER) return tokenAuth(host, Secret);
    return { username: Username, password: Secret, serveraddress: addressOf(host) };
  }
}

/** The registry that an image's name begins with; Docker Hub where it begins with none. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? first.replace(/^index\.docker\.io$/, DOCKER_HUB) : DOCKER_HUB;
}

const addressOf = (host: string): string => (host === DOCKER_HUB ? HUB_KEY : host);
/** The types of the client know passwords only. */
const tokenAuth = (host: string, identitytoken: string): AuthConfig =>
  ({ identitytoken, serveraddress: addressOf(host) }) as unknown as AuthConfig;
