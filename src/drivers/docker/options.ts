import type { ContainersConfig, ImagesConfig, RegistryConfig } from "../../config/index.ts";
import type { DeclaredGpu, Gpu } from "../../core/server.ts";
import type { OpenCode } from "../code.ts";
import type { DriverContext } from "../driver.ts";
import type { TlsFiles } from "./engine/engine.ts";

export interface DockerOptions {
  readonly server: string;
  /** `unix:///path`, `tcp://host:port` or `ssh://user@host`. */
  readonly endpoint: string;
  readonly tls?: TlsFiles;
  /** The devices by list, or how many there are; `auto` asks nvidia-smi in a container. */
  readonly gpus: "auto" | number | readonly DeclaredGpu[];
  /** Those that it had when they were last found. */
  readonly knownGpus?: readonly Gpu[];
  /** In which nvidia-smi is asked; one that the engine has unless given. */
  readonly gpuProbeImage?: string;
  /** What runs may use; all that the engine has unless given. */
  readonly cores?: number;
  readonly memoryMiB?: number;
  readonly context: DriverContext;
  /** What containers are given; the defaults of the configuration unless given. */
  readonly containers?: ContainersConfig;
  readonly registries?: readonly RegistryConfig[];
  /** How disk and images are looked after; not at all unless given. */
  readonly housekeeping?: {
    readonly images: ImagesConfig;
    readonly minFreeDiskMiB: number;
    /** The file that tells which images jobs have used. */
    readonly usesFile: string;
  };
  /** What was uploaded under a hash, as a tar stream. Without it no job has code. */
  readonly openCode?: OpenCode;
  readonly carryPatienceMillis?: number;
}
