import { mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { startApi } from "./api/http.ts";
import type { Config } from "./config/index.ts";
import { domainError } from "./core/errors.ts";
import type { PolicySetting } from "./core/scheduler.ts";
import { makeDriver } from "./drivers/index.ts";
import { RootLock } from "./drivers/process/root-lock.ts";
import { wallClock } from "./engine/clock.ts";
import { Engine } from "./engine/engine.ts";
import type { Log } from "./log.ts";
import { findPlacement } from "./placement/index.ts";
import { completeOptions, findPolicy } from "./policies/index.ts";
import { findServers, newServer, probeServer, serverEvents } from "./servers.ts";
import { JobLogs } from "./store/job-logs.ts";
import { clusterId, findToken, listTokens, policySetting } from "./store/settings.ts";
import { openStore } from "./store/store.ts";

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

/**
 * Builds everything and starts it. Rejects with a DomainError, leaving nothing behind, when the data folder is in use or from a
 * newer version, when the port is taken, when the configured policy does not exist.
 */
export async function startSchedulearn(config: Config, log: Log): Promise<Schedulearn> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    const lock = new RootLock(config.dataDir);
    await lock.take().catch((error: Error) => {
      throw domainError("CONFLICT", `${error.message}: stop it, or choose another folder with --data`);
    });
    closers.push(() => lock.release());

    const store = await openStore(config.databaseFile);
    closers.push(() => store.close());
    const configured = { policy: config.policy.key, options: config.policy.options, placement: config.placement };
    resolvePolicy(configured); // a wrong name is told before anything begins
    const engine = await Engine.open({
      store,
      logs: new JobLogs(join(config.dataDir, "logs")),
      clock: wallClock,
      cluster: await clusterId(store),
      resolve: resolvePolicy,
      setting: (await policySetting(store)) ?? configured,
      makeDriver: (server, context) => makeDriver(server, context, config.dataDir),
      reapGraceMillis: config.reapGraceSeconds * 1000,
      log,
    });
    closers.push(() => engine.close());

    const { servers, source, notice } = await findServers(config, [...engine.scheduler.servers.values()]);
    await engine.request((scheduler, now) => ({ events: serverEvents(scheduler, servers, source, now) }));
    await engine.connect();

    const api = await startApi({
      engine,
      listen: config.listen,
      limits: config.limits,
      allowOrigins: config.allowOrigins,
      tokens: {
        required: async () => (await listTokens(store)).length > 0,
        find: (secret) => findToken(store, secret),
      },
      defaultUser: userInfo().username,
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
