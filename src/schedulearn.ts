import { chmodSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Door } from "./api/door.ts";
import { packageVersion } from "./api/house.ts";
import { startApi } from "./api/http.ts";
import { type Config, guardsFrom } from "./config/index.ts";
import { DomainError, domainError, type Fault } from "./core/errors.ts";
import type { PolicySetting } from "./core/policy.ts";
import { makeDriver } from "./drivers/index.ts";
import { RootLock } from "./drivers/process/root-lock.ts";
import type { CheckpointKeeping } from "./engine/checkpoints.ts";
import { wallClock } from "./engine/clock.ts";
import { Engine } from "./engine/engine.ts";
import { Meter } from "./engine/usage/meter.ts";
import { createLearner } from "./estimator/index.ts";
import { Forecasts } from "./forecasts.ts";
import { checks } from "./health.ts";
import type { Log } from "./log.ts";
import { Metrics } from "./metrics/metrics.ts";
import { findPlacement } from "./placement/index.ts";
import { completeOptions, findPolicy } from "./policies/index.ts";
import { findServers, newServer, probeServer, serverEvents } from "./servers.ts";
import { Simulations } from "./simulations.ts";
import { CodeStore } from "./store/code-store.ts";
import { JobLogs } from "./store/job-logs.ts";
import { clusterId, findToken, listTokens, policySetting } from "./store/settings.ts";
import { openStore } from "./store/store.ts";
import { UsageHistory } from "./store/usage/history.ts";
import { Vault } from "./store/vault/vault.ts";
import { Webhooks, webhookSecrets } from "./webhooks/webhooks.ts";

/** "Internal software error" of sysexits: whoever keeps the server running may start it again. */
const EXIT_FATAL = 70;

/** A server that is up: what it told at its start, and how to end it. */
export interface Schedulearn {
  readonly engine: Engine;
  /** Of the API: `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** What a person should know beyond that all is well. */
  readonly notices: readonly string[];
  /** Jobs go on; the next start takes them up. */
  close(): Promise<void>;
}

export function resolvePolicy({ policy, options, placement }: PolicySetting) {
  const entry = findPolicy(policy);
  return { policy: entry.create(completeOptions(entry, options)), rule: findPlacement(placement) };
}

/** What the file and the environment ask for and cannot have: all of it at once, before anything is made. */
async function refuseAtOnce(
  { listen, webhooks }: Config,
  { policy, options, placement }: PolicySetting,
): Promise<void> {
  const faults: Fault[] = [];
  const attempts = [
    () => completeOptions(findPolicy(policy), options),
    () => findPlacement(placement),
    () => webhookSecrets(webhooks),
    () => portIsFree(listen),
  ];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new DomainError(faults);
}

async function checkpointKeeping({ dataDir, checkpoints }: Config): Promise<CheckpointKeeping> {
  const { backupSeconds, backupsKept, vaultGiB, keepDays } = checkpoints;
  return {
    vault: await Vault.open(join(dataDir, "checkpoints"), vaultGiB * 1024 ** 3),
    everyMillis: backupSeconds * 1000,
    kept: backupsKept,
    keepMillis: keepDays > 0 ? keepDays * 86_400_000 : null,
  };
}

/** Whoever takes the port between now and then is met by the API itself. */
function portIsFree({ host, port }: Config["listen"]): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const problem = code === "EADDRINUSE" ? `port ${port} of ${host} is in use: choose another with --port` : message;
      reject(domainError("CONFLICT", problem, ["listen", "port"]));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700); // it may have been made by a hand less careful
  } catch (error) {
    throw domainError("INVALID_INPUT", `the data folder ${folder} cannot be used: ${(error as Error).message}`);
  }
}

/**
 * Builds everything and starts it. Rejects with a DomainError, leaving nothing behind, when the data folder is in use or from a
 * newer version, when the port is taken, when the configured policy does not exist.
 */
export async function startSchedulearn(config: Config, log: Log): Promise<Schedulearn> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  const configured = { policy: config.policy.key, options: config.policy.options, placement: config.placement };
  await refuseAtOnce(config, configured);
  try {
    makeFolder(config.dataDir);
    const lock = new RootLock(config.dataDir);
    await lock.take().catch((error: Error) => {
      throw domainError("CONFLICT", `${error.message}: stop it, or choose another folder with --data`);
    });
    closers.push(() => lock.release());

    const store = await openStore(config.databaseFile);
    closers.push(() => store.close());
    const tokens = {
      required: async () => (await listTokens(store)).length > 0,
      find: (secret: string) => findToken(store, secret),
    };
    const door = await Door.open(config.listen, tokens);
    closers.push(() => door.close());
    const code = new CodeStore(join(config.dataDir, "code"), config.code.maxMiB);
    const metrics = new Metrics();
    closers.push(() => metrics.close());
    const engine = await Engine.open({
      store,
      code,
      logs: new JobLogs(join(config.dataDir, "logs"), config.logs.maxRunMiB * 1024 ** 2),
      clock: wallClock,
      cluster: await clusterId(store),
      resolve: resolvePolicy,
      setting: (await policySetting(store)) ?? configured,
      guards: guardsFrom(config.scheduling),
      learner: createLearner(),
      keepLogs: {
        keepMillis: config.logs.keepDays === undefined ? null : config.logs.keepDays * 86_400_000,
        maxBytes: config.logs.maxGiB === undefined ? null : config.logs.maxGiB * 1024 ** 3,
      },
      makeDriver: (server, context) => makeDriver(server, context, { ...config, openCode: (hash) => code.open(hash) }),
      reapGraceMillis: config.reapGraceSeconds * 1000,
      gpuWatch: {
        lookMillis: config.gpuWatch.lookSeconds * 1000,
        auditMillis: config.gpuWatch.auditSeconds * 1000,
        ignore: config.gpuWatch.ignore,
      },
      lostAfterMillis: config.lostAfterSeconds * 1000,
      ports: config.portRange,
      checkpoints: await checkpointKeeping(config),
      log,
      timed: (what, millis) => metrics.timed(what, millis),
      fatal(error) {
        log("error", "the state can never be recorded: the server ends; start it again", { error: String(error) });
        process.exit(EXIT_FATAL);
      },
    });
    closers.push(() => engine.close());

    const { servers, source, notice } = await findServers(config, [...engine.scheduler.servers.values()]);
    await engine.request((scheduler, now) => ({ events: serverEvents(scheduler, servers, source, now) }));
    await engine.connect();

    const forecasts = new Forecasts({ engine, store, log });
    closers.push(() => forecasts.close());
    const simulations = new Simulations({ engine, folder: join(config.dataDir, "reports"), log });
    closers.push(() => simulations.close());

    const meter = new Meter({ engine, history: new UsageHistory(join(config.dataDir, "usage")), log });
    closers.push(() => meter.close());
    const webhooks = new Webhooks(config.webhooks, {
      engine,
      store,
      log,
      counted: (webhook, result) => metrics.delivered(webhook, result),
    });
    closers.push(() => webhooks.close());
    metrics.watch({ engine, meter, webhooks, dataDir: config.dataDir, version: packageVersion() });

    const api = await startApi({
      engine,
      foresight: forecasts,
      laboratory: simulations,
      meter,
      metrics,
      webhooks,
      checks: () => checks(engine, store, config.dataDir),
      listen: config.listen,
      door,
      limits: config.limits,
      allowOrigins: config.allowOrigins,
      tokens,
      defaultUser: userInfo().username,
      code,
      allowed: {
        mountRoots: config.containers.mountRoots,
        runAs: config.containers.user === "image" ? null : config.containers.allowRunAs,
        code: (hash) => code.find(hash),
      },
      probe: probeServer,
      newServer: (server, now) => newServer(server, "api", now),
      log,
    });
    closers.push(() => api.close());

    const down = [...engine.scheduler.servers.values()].filter(({ health }) => health !== "up");
    const notices = [
      ...(notice ? [notice] : []),
      ...down.filter(() => !notice).map(({ id, reason }) => `server ${id} is down: ${reason}`),
    ];
    return { engine, url: api.url, notices, close };
  } catch (error) {
    await close();
    throw error;
  }
}
