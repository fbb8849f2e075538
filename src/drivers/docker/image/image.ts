import { createInterface } from "node:readline";
import type { AuthConfig } from "dockerode";
import type { Engine } from "../engine/engine.ts";
import { reasonOf, statusOf } from "../engine/engine.ts";
import { engineFailure, infrastructure, RunFailure } from "../run/outcome.ts";

/** A registry that says nothing for so long is given up. */
const SILENCE_MILLIS = 120_000;
const TOLD_EVERY_MILLIS = 400;

export interface PullProgress {
  /** 0 to 1, where the engine knows. */
  readonly fraction: number | null;
  readonly detail: string;
}

/** One message of the engine's account of a pull. */
interface PullMessage {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

export interface Pull {
  readonly engine: Engine;
  readonly image: string;
  /** Who asks the registry; undefined for anybody. */
  readonly authconfig: AuthConfig | undefined;
  readonly patienceMillis: number;
}

/** Pulls the image, also where there is one of its name. Throws a RunFailure that says what to do about it. */
export async function pullImage(
  { engine, image, authconfig, patienceMillis }: Pull,
  signal: AbortSignal,
  tell: (progress: PullProgress) => void,
): Promise<void> {
  try {
    await pull(engine, image, authconfig, signal, tell);
  } catch (error) {
    signal.throwIfAborted();
    throw pullFailure(image, error);
  }
  if (!(await hasImage(engine, image, signal, patienceMillis))) {
    throw pullFailure(image, new Error("it is not there after the pull; perhaps it is made for another platform"));
  }
}

export const hasImage = (
  engine: Engine,
  image: string,
  signal: AbortSignal,
  patienceMillis: number,
): Promise<boolean> =>
  engine
    .ask({ signal, patienceMillis }, (abortSignal) => engine.docker.getImage(image).inspect({ abortSignal } as object))
    .then(
      () => true,
      (error: unknown) => {
        if (statusOf(error) === 404) return false;
        throw error;
      },
    );

async function pull(
  engine: Engine,
  image: string,
  authconfig: AuthConfig | undefined,
  signal: AbortSignal,
  tell: (progress: PullProgress) => void,
): Promise<void> {
  const broken = new AbortController();
  const breakOff = () => broken.abort(signal.reason);
  signal.addEventListener("abort", breakOff, { once: true });
  const silent = new Error(`nothing came for ${SILENCE_MILLIS / 1000} s`);
  const watchdog = setTimeout(() => broken.abort(silent), SILENCE_MILLIS);
  try {
    tell({ fraction: null, detail: image });
    const account = await engine.docker.pull(image, { abortSignal: broken.signal, ...(authconfig && { authconfig }) });
    const layers = new Map<string, { current: number; total: number }>();
    let toldAt = performance.now();
    let reached: number | null = null;
    for await (const line of createInterface({ input: account, signal: broken.signal })) {
      watchdog.refresh();
      if (line.trim() === "") continue;
      const message = JSON.parse(line) as PullMessage;
      if (message.error !== undefined) throw new Error(message.error);
      note(layers, message);
      if (performance.now() - toldAt < TOLD_EVERY_MILLIS) continue;
      toldAt = performance.now();
      // A layer announced late makes the whole larger; a bar that goes back helps nobody.
      const fraction = fractionOf(layers);
      reached = fraction === null ? reached : Math.max(reached ?? 0, fraction);
      tell({ fraction: reached, detail: [message.id, message.status].filter(Boolean).join(": ") });
    }
    broken.signal.throwIfAborted();
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error;
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", breakOff);
  }
}

/** Layers are announced one by one, downloaded, then unpacked: what counts is the download, by far the longest. */
function note(
  layers: Map<string, { current: number; total: number }>,
  { id, status, progressDetail }: PullMessage,
): void {
  if (!id) return;
  const { current, total } = progressDetail ?? {};
  const layer = layers.get(id);
  if (status === "Downloading" && total) layers.set(id, { current: current ?? 0, total });
  else if (layer && /^(Download complete|Extracting|Pull complete)/.test(status ?? "")) layer.current = layer.total;
}

function fractionOf(layers: ReadonlyMap<string, { current: number; total: number }>): number | null {
  let current = 0;
  let total = 0;
  for (const layer of layers.values()) {
    current += layer.current;
    total += layer.total;
  }
  return total > 0 ? Math.min(1, current / total) : null;
}

const REFUSED =
  /not found|manifest unknown|does not exist|denied|unauthorized|authentication required|no basic auth credentials|invalid reference/i;
const PRIVATE = /denied|unauthorized|authentication required|no basic auth credentials/i;

/** The registry's word and the remedy. What the registry refuses it will refuse again; what it could not be asked may yet come. */
export function pullFailure(image: string, error: unknown): RunFailure {
  const reason = reasonOf(error);
  const known = engineFailure(error);
  if (known.kind === "failed" && known.cause.code === "disk-full") return new RunFailure(known, { cause: error });
  const permanent = REFUSED.test(reason) || statusOf(error) === 400;
  const remedy = permanent
    ? "Check its name and tag, or build or load it on the server."
    : "Check the server's way to the registry, or load the image on the server.";
  const password = PRIVATE.test(reason) ? " A private one needs a password: registries of schedulearn.yaml." : "";
  const message = `image "${image}" cannot be pulled: ${reason}. ${remedy}${password}`;
  return new RunFailure(infrastructure("image-pull", message, permanent), { cause: error });
}
