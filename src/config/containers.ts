import type { Schema } from "../input/index.ts";

/** What the containers of jobs are given, and what a job may ask for. Nothing here can be widened by a job. */
export interface ContainersConfig {
  /** Kept of what a container may do as root; all others are dropped. */
  readonly capabilities: readonly string[];
  /** `image`: whom the image names; `invoking`: whoever the server runs as; else a user by numbers, `1000:1000`. */
  readonly user: string;
  /** Users that a job may name in `runAs` besides. Where `user` is `image` it may name any, as its image could. */
  readonly allowRunAs: readonly string[];
  /** Folders of the servers below which jobs may mount theirs. */
  readonly mountRoots: readonly string[];
  /** Most processes and threads of one container. */
  readonly pidsLimit: number;
  /** -1 is without limit. */
  readonly ulimits: Readonly<Record<string, number>>;
  /** Higher is killed sooner when the machine has no memory left. */
  readonly oomScoreAdj: number;
}

/** As they are when the file says nothing. */
export const defaultContainers: ContainersConfig = {
  // What ordinary images need as root: to hand files over, to become another user, and to signal that user's processes.
  capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
  user: "image",
  allowRunAs: [],
  mountRoots: [],
  pidsLimit: 16_384,
  ulimits: {},
  oomScoreAdj: 500,
};

export const byNumbers = "\\d{1,10}(:\\d{1,10})?";

export const containersSchema = {
  title: "Containers",
  type: "object",
  properties: {
    capabilities: {
      type: "array",
      maxItems: 64,
      uniqueItems: true,
      items: {
        type: "string",
        pattern: "^(?!CAP_|ALL$)[A-Z_]{1,40}$",
        patternErrorMessage: "must be one capability without CAP_, such as IPC_LOCK",
      },
      default: defaultContainers.capabilities,
    },
    user: {
      type: "string",
      pattern: `^(image|invoking|${byNumbers})$`,
      patternErrorMessage: 'must be image, invoking, or a user by numbers such as "1000:1000"',
      default: defaultContainers.user,
    },
    allowRunAs: {
      type: "array",
      maxItems: 1000,
      items: {
        type: "string",
        pattern: `^${byNumbers}$`,
        patternErrorMessage: 'must be a user by numbers, such as "1000:1000"',
      },
      default: [],
    },
    mountRoots: {
      type: "array",
      maxItems: 1000,
      items: {
        type: "string",
        maxLength: 4096,
        pattern: "^(/(?!\\.{1,2}(/|$))[^/\\u0000]+)+$",
        patternErrorMessage: "must be an absolute path without . and .. below /, such as /data",
      },
      default: [],
    },
    pidsLimit: { type: "integer", minimum: 16, maximum: 4_194_304, default: defaultContainers.pidsLimit },
    ulimits: {
      type: "object",
      propertyNames: {
        pattern: "^[a-z]{2,16}$",
        patternErrorMessage: "must be a limit as setrlimit names it, such as memlock",
      },
      additionalProperties: { type: "integer", minimum: -1, maximum: 2 ** 53 - 1 },
      default: {},
    },
    oomScoreAdj: { type: "integer", minimum: 0, maximum: 1000, default: defaultContainers.oomScoreAdj },
  },
  additionalProperties: false,
  default: {},
} as const satisfies Schema;
