import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { type Config, loadConfig, type ServerConfig } from "./config/index.ts";
import { DomainError } from "./core/errors.ts";
import { DEFAULT_ENDPOINT } from "./drivers/docker/docker-driver.ts";
import { type EngineReport, reportOf } from "./drivers/docker/engine/report.ts";
import { readTls } from "./drivers/index.ts";
import { askSmi } from "./drivers/process/inventory.ts";
import { Queries } from "./store/queries.ts";
import { openStoreToRead } from "./store/store.ts";

/** How one thing stands that a server needs on its machine. */
interface Check {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  readonly message: string;
  readonly remedy: string | null;
}

const ok = (name: string, message: string): Check => ({ name, state: "ok", message, remedy: null });
const warn = (name: string, message: string, remedy: string): Check => ({ name, state: "warn", message, remedy });
const fail = (name: string, message: string, remedy: string): Check => ({ name, state: "fail", message, remedy });

const MIB = 2 ** 20;
/** With less, the database can soon not be written. */
const LEAST_FREE_MIB = 64;
const SCARCE_MIB = 2_048;
const ENGINE_MILLIS = 8_000;
const PORT_MILLIS = 2_000;
/** Clocks further apart make times of logs and progress confusing. */
const SKEW_MILLIS = 5_000;
/** Of Docker 20.10: what is asked of an engine is there from then on. */
const LEAST_API = "1.41";

/** Looks at all that a server needs on this machine, and at the engines that it would use; changes nothing. */
export async function checkMachine(
  { config: file, data }: { readonly config?: string | undefined; readonly data?: string | undefined },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { config, check } = configured(file, data);
  const checks = [node(), check];
  if (!config) return checks;
  const [known, database] = await serversOnRecord(config);
  const engines = (config.servers ?? known ?? []).filter(({ endpoint }) => endpoint !== "local");
  const isFound = config.servers === null && (known ?? []).length === 0;
  const local = isFound ? [process.env.DOCKER_HOST || DEFAULT_ENDPOINT] : [];
  const smi = await gpusHere(signal);
  const hasGpus = smi?.state === "ok";
  return [
    ...checks,
    dataFolder(config.dataDir),
    await disk(config.dataDir),
    ...(database ? [database] : []),
    await port(config.listen),
    ...(smi ? [smi] : []),
    ...(
      await Promise.all(
        local.map((endpoint) => engine("Docker", { endpoint, tls: null }, { hasGpus, isNeeded: false }, signal)),
      )
    ).flat(),
    ...(
      await Promise.all(
        engines.map((each) =>
          engine(`engine ${each.name}`, each, { hasGpus: hasGpus && isHere(each.endpoint), isNeeded: true }, signal),
        ),
      )
    ).flat(),
  ];
}

function node(): Check {
  const wanted = wantedNode();
  const { node: version } = process.versions;
  const isOlder = version.localeCompare(wanted, "en", { numeric: true }) < 0;
  if (!isOlder) return ok("Node", version);
  return fail("Node", `${version} is too old`, `install Node ${wanted} or newer`);
}

function wantedNode(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    const url = new URL(path, import.meta.url);
    if (!existsSync(url)) continue;
    const { engines } = JSON.parse(readFileSync(url, "utf8")) as { readonly engines?: { readonly node?: string } };
    if (engines?.node) return engines.node.replace(">=", "");
  }
  return "20.20.0";
}

function configured(
  file: string | undefined,
  data: string | undefined,
): { readonly config: Config | null; readonly check: Check } {
  const name = "configuration";
  try {
    const config = loadConfig({ cwd: process.cwd(), env: process.env, file, flags: { data } });
    return { config, check: ok(name, config.file ?? "no schedulearn.yaml here: defaults") };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const message = error.faults.map((fault) => fault.message).join("; ");
    return {
      config: null,
      check: fail(
        name,
        message,
        "mend schedulearn.yaml, or name another with --config; schedulearn.example.yaml shows all of it",
      ),
    };
  }
}

function dataFolder(folder: string): Check {
  const name = "data folder";
  if (!existsSync(folder)) {
    let parent = dirname(folder);
    while (!existsSync(parent)) parent = dirname(parent);
    return isWritable(parent)
      ? ok(name, `${folder} is made by the first start`)
      : fail(
          name,
          `${folder} is not there, and ${parent} cannot be written`,
          `make it and give it to ${userInfo().username}, or choose another with --data`,
        );
  }
  const { uid, mode } = statSync(folder);
  if (!isWritable(folder))
    return fail(
      name,
      `${folder} cannot be written`,
      `chown -R ${userInfo().username} ${folder}, or choose another with --data`,
    );
  if (process.getuid && uid !== process.getuid())
    return warn(
      name,
      `${folder} belongs to another user (${uid})`,
      `run the server as that user, or chown -R ${userInfo().username} ${folder}`,
    );
  if ((mode & 0o077) !== 0)
    return warn(
      name,
      `${folder} can be read by others, and secrets of jobs are in it`,
      `chmod 700 ${folder}; the next start does it too`,
    );
  return ok(name, folder);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function disk(folder: string): Promise<Check> {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { bavail, bsize } = await statfs(there);
  const free = Math.floor((bavail * bsize) / MIB);
  const remedy = "free some space, keep logs for less long (logs.keepDays), or choose another folder with --data";
  const words = `${free.toLocaleString("en")} MiB free for the data folder`;
  if (free < LEAST_FREE_MIB) return fail("disk", words, remedy);
  return free < SCARCE_MIB ? warn("disk", words, remedy) : ok("disk", words);
}

/** The servers that the database knows, and how it stands; none where there is no database yet. */
async function serversOnRecord({ databaseFile }: Config): Promise<[readonly ServerConfig[] | null, Check | null]> {
  if (!existsSync(databaseFile)) return [null, null];
  try {
    const store = await openStoreToRead(databaseFile);
    try {
      const servers = (await new Queries(store).servers()).map(({ setup }) => setup as unknown as ServerConfig);
      return [servers, ok("database", `${servers.length} server${servers.length === 1 ? "" : "s"} on record`)];
    } finally {
      await store.close();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [null, fail("database", message, "start the version that wrote it, or restore a backup; docs say how")];
  }
}

async function port({ host, port: number }: Config["listen"]): Promise<Check> {
  const name = "port";
  if (number === 0) return ok(name, "any free one");
  const code = await new Promise<string | null>((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(number, host, () => probe.close(() => resolve(null)));
  });
  if (code === null) return ok(name, `${number} of ${host} is free`);
  if (code !== "EADDRINUSE")
    return fail(name, `${number} of ${host} cannot be had: ${code}`, "choose another with --port or --host");
  const answers = await fetch(`http://${host}:${number}/healthz`, { signal: AbortSignal.timeout(PORT_MILLIS) }).then(
    (response) => response.ok,
    () => false,
  );
  return answers
    ? ok(name, `a server answers at ${host}:${number}`)
    : fail(name, `another program has ${number} of ${host}`, "end it, or choose another with --port");
}

/** NVIDIA's GPUs of this machine; null where there is no sign of any. */
async function gpusHere(signal: AbortSignal): Promise<Check | null> {
  const name = "GPUs here";
  const report = await askSmi([], signal).catch((error: Error) => error);
  const hasDevice = existsSync("/dev/nvidia0") || existsSync("/proc/driver/nvidia");
  if (report instanceof Error)
    return fail(
      name,
      `nvidia-smi does not answer: ${report.message}`,
      "restart the machine, or reload NVIDIA's driver",
    );
  const faulty = report.gpus.filter(({ fault }) => fault !== null);
  if (faulty.length > 0)
    return fail(
      name,
      faulty.map(({ index, fault }) => `GPU ${index}: ${fault}`).join("; "),
      "reset it with nvidia-smi --gpu-reset, or restart the machine",
    );
  if (report.gpus.length > 0) return ok(name, report.gpus.map(({ index, model }) => `${index}: ${model}`).join(", "));
  return hasDevice
    ? fail(name, `there is a driver, but ${report.trouble}`, "install nvidia-utils that fit the driver, or reload it")
    : null;
}

const isHere = (endpoint: string): boolean => endpoint.startsWith("unix:");

async function engine(
  name: string,
  { endpoint, tls }: Pick<ServerConfig, "endpoint" | "tls">,
  { hasGpus, isNeeded }: { readonly hasGpus: boolean; readonly isNeeded: boolean },
  signal: AbortSignal,
): Promise<Check[]> {
  let report: EngineReport;
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(ENGINE_MILLIS)]);
    report = await reportOf(endpoint, tls ? readTls(tls) : undefined, Date.now, patience);
  } catch (error) {
    signal.throwIfAborted();
    const why = `${endpoint}: ${error instanceof Error ? error.message : error}`;
    const remedy = remedyFor(endpoint, (error as { cause?: { code?: string } }).cause?.code);
    return [isNeeded ? fail(name, why, remedy) : warn(name, `${why}; jobs run as processes of this machine`, remedy)];
  }
  const checks = [
    report.apiVersion.localeCompare(LEAST_API, "en", { numeric: true }) < 0
      ? fail(name, `${report.name} speaks API ${report.apiVersion}`, "install Docker 20.10 or newer")
      : ok(name, `${report.name}, API ${report.apiVersion}, at ${endpoint}`),
  ];
  const seconds = Math.round(report.clockAheadMillis / 1000);
  if (Math.abs(report.clockAheadMillis) > SKEW_MILLIS)
    checks.push(
      warn(
        `${name}: clock`,
        `${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} this machine`,
        "have both set their clocks by NTP: timedatectl set-ntp true",
      ),
    );
  if (report.givesGpus) checks.push(ok(`${name}: GPUs`, "it can give NVIDIA's GPUs to containers"));
  else if (hasGpus)
    checks.push(
      fail(
        `${name}: GPUs`,
        "this machine has GPUs, but the engine has neither NVIDIA's runtime nor CDI devices",
        "install the NVIDIA container toolkit, then: nvidia-ctk runtime configure --runtime=docker && systemctl restart docker",
      ),
    );
  return checks;
}

function remedyFor(endpoint: string, code: string | undefined): string {
  if (code === "EACCES")
    return inGroupSince()
      ? "this user is in the group docker, but since after this session began: log in again"
      : `usermod -aG docker ${userInfo().username}, and log in again`;
  if (endpoint.startsWith("ssh:"))
    return "try ssh with this address by hand: keys and known_hosts must let it through without a question";
  if (endpoint.startsWith("tcp:"))
    return "start dockerd there with -H tcp://… and TLS, and let the port through the firewall";
  return "install and start Docker: https://docs.docker.com/engine/install, systemctl enable --now docker";
}

/** Is the user in the group by /etc/group, whatever this session knows? */
function inGroupSince(): boolean {
  try {
    const members = /^docker:[^:]*:\d+:(.*)$/m.exec(readFileSync("/etc/group", "utf8"))?.[1]?.split(",") ?? [];
    return members.includes(userInfo().username);
  } catch {
    return false;
  }
}
