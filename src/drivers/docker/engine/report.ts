import { Engine, type EngineInfo, obstacle, type TlsFiles } from "./engine.ts";

/** What an engine says of itself that matters to whoever sets it up. */
export interface EngineReport {
  /** `Docker 28.1.1`. */
  readonly name: string;
  readonly apiVersion: string;
  /** How far its clock is ahead of ours, give or take the time of the answer. */
  readonly clockAheadMillis: number;
  /** It has NVIDIA's runtime, or CDI devices of NVIDIA. */
  readonly givesGpus: boolean;
}

interface Account extends EngineInfo {
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly DiscoveredDevices?: readonly { readonly ID?: string }[] | null;
}

/** Rejects in plain words when the engine does not answer. */
export async function reportOf(
  endpoint: string,
  tls: TlsFiles | undefined,
  now: () => number,
  signal: AbortSignal,
): Promise<EngineReport> {
  const engine = new Engine(endpoint, tls);
  try {
    const askedAt = now();
    const info = (await engine.info(signal)) as Account;
    const middle = (askedAt + now()) / 2;
    const { ApiVersion } = (await engine.docker.version()) as { readonly ApiVersion?: string };
    return {
      name: `${info.BuildahVersion ? "Podman" : "Docker"} ${info.ServerVersion}`,
      apiVersion: ApiVersion ?? "unknown",
      clockAheadMillis: Date.parse(info.SystemTime) - middle,
      givesGpus:
        Boolean(info.Runtimes?.nvidia) ||
        (info.DiscoveredDevices ?? []).some(({ ID }) => ID?.startsWith("nvidia.com/gpu=")),
    };
  } catch (error) {
    throw new Error(obstacle(error), { cause: error });
  } finally {
    engine.close();
  }
}
