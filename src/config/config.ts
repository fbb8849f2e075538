import type { CheckpointsConfig } from "./checkpoints.ts";
import type { ContainersConfig } from "./containers.ts";
import type { GpuWatchConfig } from "./gpus.ts";
import type { ImagesConfig, RegistryConfig } from "./images.ts";

import type { LogsConfig } from "./logs.ts";
import type { WebhookConfig } from "./webhooks.ts";

/** What the server runs with: file and environment, checked once, frozen. Paths are absolute. */
export interface Config {
  /** The file that was read, or null. */
  readonly file: string | null;
  readonly listen: {
    readonly host: string;
    /** 0: any free one. */
    readonly port: number;
    readonly tls: { readonly cert: string; readonly key: string } | null;
  };
  readonly dataDir: string;
  /** The SQLite file, inside `dataDir`. */
  readonly databaseFile: string;
  /** Null: find the local engine. */
  readonly servers: readonly ServerConfig[] | null;
  /** Not yet looked up: which policies and options there are, their registry knows. */
  readonly policy: { readonly key: string; readonly options: Readonly<Record<string, unknown>> };
  readonly placement: string;
  readonly scheduling: SchedulingConfig;
  readonly containers: ContainersConfig;
  readonly images: ImagesConfig;
  readonly registries: readonly RegistryConfig[];
  /** A server with less free disk takes no new run; 0 asks nothing. */
  readonly minFreeDiskMiB: number;
  /** What a folder that is shipped with a job may hold. */
  readonly code: { readonly maxMiB: number };
  readonly checkpoints: CheckpointsConfig;
  readonly gpuWatch: GpuWatchConfig;
  /** A server that is away for longer counts as lost. */
  readonly lostAfterSeconds: number;
  /** Ports of servers that may be leased to runs, both ends included. */
  readonly portRange: { readonly first: number; readonly last: number };
  /** How long a stranger with our labels is left alone. */
  readonly reapGraceSeconds: number;
  /** Pages of these origins may use the API, besides its own. */
  readonly allowOrigins: readonly string[];
  /** Who is told by HTTP of what happens to jobs. */
  readonly webhooks: readonly WebhookConfig[];
  readonly logs: LogsConfig;
  readonly log: { readonly level: LogLevel };
  /** For each request, and for requests of one caller. */
  readonly limits: {
    readonly bodyBytes: number;
    readonly depth: number;
    readonly aliases: number;
    readonly requestsPerSecond: number;
  };
}

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** What keeps a policy from moving work about for little, as `Guards` of the core say it. */
export interface SchedulingConfig {
  readonly planSpacingSeconds: number;
  readonly cooldownSeconds: number;
  readonly horizonSeconds: number;
  readonly restartFactor: number;
  readonly endFactor: number;
  readonly migrationRestSeconds: number;
  readonly migrationGainSeconds: number;
  readonly migrationGainFraction: number;
  readonly maxMigrations: number;
  readonly maxConcurrentMigrations: number;
  readonly maxTransitions: number;
  /** What becomes of a job without GPUs whose cores go to others: frozen in its memory, or stopped with a checkpoint. */
  readonly corePreemption: "pause" | "stop";
  /** Which running jobs move so that a waiting one finds room: none, as the placement says, or with every placement. */
  readonly defragment: "off" | "placement" | "on";
}

export interface ServerConfig {
  readonly name: string;
  /** As `parseEndpoint` reads it. */
  readonly endpoint: string;
  /** Files with which a tcp endpoint is reached safely. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | null;
  /** A tcp endpoint beyond this machine may go without tls. */
  readonly insecure: boolean;
  /** The devices, how many there are, or `auto`: whatever the driver finds. */
  readonly gpus: "auto" | number | readonly GpuConfig[];
  /** In which nvidia-smi is asked on a Docker server; one that its engine has unless given. */
  readonly gpuProbeImage?: string;
  /** What runs may use; all that is there unless given. */
  readonly cores?: number;
  readonly memoryMiB?: number;
  /** Under which other servers reach it; without it, as its endpoint says. */
  readonly address?: string;
  /** In place of the cluster's. */
  readonly lostAfterSeconds?: number;
}

export interface GpuConfig {
  readonly index: number;
  readonly uuid?: string;
  readonly model?: string;
  readonly memoryMiB?: number;
}
