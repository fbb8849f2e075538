import { setTimeout as sleep } from "node:timers/promises";
import { type Content, contentOf, differences, type Entry, looksSame, type Manifest } from "./manifest.ts";
import { sift } from "./tar-stream.ts";

export type { Entry } from "./manifest.ts";

/** Where a checkpoint folder is carried to. */
export interface Target {
  /** What lies there now, read back from it. */
  look(signal: AbortSignal): Promise<Manifest>;
  /** Unpacks a tar stream over what lies there. */
  unpack(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<void>;
  /** Takes these paths away. Absent where that cannot be done. */
  remove?(paths: readonly string[]): Promise<void>;
  /** What an entry of the source becomes there: not every target keeps owners. */
  becomes(entry: Entry): Entry;
}

/** What was moved in one carry, and what lay there already as it should. */
export interface Carried extends Content {
  readonly kept: Content;
}

/** Something lies at the target that the source does not have, and it cannot be taken away. */
export class Surplus extends Error {
  override readonly name = "Surplus";
}

export interface CarryOptions {
  /** A stream on which nothing moves for so long is given up, and opened again. */
  readonly silenceMillis?: number;
  /** How long to go on trying while no file comes through. */
  readonly patienceMillis?: number | undefined;
  /** What came in the way, before it is tried again. */
  onCut?(error: Error): void;
}

const SILENCE_MILLIS = 60_000;
const PATIENCE_MILLIS = 60_000;
const FIRST_PAUSE_MILLIS = 200;
const LONGEST_PAUSE_MILLIS = 5_000;
/** A copy that is still not equal after so many whole passes never will be. */
const MOST_PASSES = 4;

/**
 * Makes a target equal to a source, and returns when reading the target back has shown that it is: every path, size, right and
 * SHA-256. What lies there already is not carried again, so after a cut it goes on with the file that was cut. A pass sends what
 * looks different; what only its hash tells apart is sent by the next.
 * @param open the source's tar stream, from its beginning
 * Rejects with the last failure when no file came through for the time of the patience, at once with one that says it is `permanent`.
 */
export async function carry(
  open: (signal: AbortSignal) => Promise<NodeJS.ReadableStream>,
  target: Target,
  signal: AbortSignal,
  options: CarryOptions = {},
): Promise<Carried> {
  const { patienceMillis = PATIENCE_MILLIS, onCut } = options;
  let sent: Content = { bytes: 0, files: 0 };
  let progressAt = performance.now();
  let pause = FIRST_PAUSE_MILLIS;
  for (;;) {
    let moved: Content = { bytes: 0, files: 0 };
    try {
      const source = await passes(open, target, signal, options, (content) => {
        moved = content;
        sent = { bytes: sent.bytes + content.bytes, files: sent.files + content.files };
      });
      const all = contentOf(source);
      return {
        ...sent,
        kept: { bytes: Math.max(0, all.bytes - sent.bytes), files: Math.max(0, all.files - sent.files) },
      };
    } catch (error) {
      signal.throwIfAborted();
      if (moved.files > 0) {
        progressAt = performance.now();
        pause = FIRST_PAUSE_MILLIS;
      }
      if (isPermanent(error) || performance.now() + pause - progressAt > patienceMillis) throw error;
      onCut?.(error as Error);
    }
    await sleep(pause, undefined, { signal });
    pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
  }
}

const isPermanent = (error: unknown): boolean =>
  error instanceof Surplus || (error as { permanent?: boolean } | null)?.permanent === true;

/** Until nothing differs any more. @param count called with what a pass has brought over whole, also of one that is cut */
async function passes(
  open: (signal: AbortSignal) => Promise<NodeJS.ReadableStream>,
  target: Target,
  signal: AbortSignal,
  options: CarryOptions,
  count: (content: Content) => void,
): Promise<Manifest> {
  let there = await target.look(signal);
  let wanted: ReadonlySet<string> | null = null;
  for (let pass = 1; pass <= MOST_PASSES; pass++) {
    const before = there;
    const chosen = wanted;
    let isTouched = false;
    const source = await onePass(
      open,
      target,
      (entry) => {
        const takes = chosen ? chosen.has(entry.path) : !looksSame(target.becomes(entry), before.get(entry.path));
        isTouched ||= takes;
        return takes;
      },
      signal,
      options,
      count,
    );
    if (isTouched) there = await target.look(signal);
    const expected = new Map([...source].map(([path, entry]) => [path, target.becomes(entry)]));
    const { wanted: missing, surplus } = differences(expected, there);
    if (surplus.length > 0) {
      if (!target.remove) throw new Surplus(`${surplus[0]} lies there, and the checkpoint has no such file`);
      await target.remove(surplus);
    }
    if (missing.size === 0) return source;
    wanted = missing;
  }
  const [path = ""] = wanted ?? [];
  throw Object.assign(new Error(`the copy is not equal to its source: ${path} differs`), { permanent: true });
}

async function onePass(
  open: (signal: AbortSignal) => Promise<NodeJS.ReadableStream>,
  target: Target,
  take: (entry: Entry) => boolean,
  signal: AbortSignal,
  { silenceMillis = SILENCE_MILLIS }: CarryOptions,
  count: (content: Content) => void,
): Promise<Manifest> {
  const content = { bytes: 0, files: 0 };
  let last: Entry | null = null;
  const arrived = (): void => {
    // When the next begins, the one before is whole.
    if (last?.type === "file") {
      content.files += 1;
      content.bytes += last.size;
    }
    last = null;
  };
  const choose = (entry: Entry): boolean => {
    arrived();
    const takes = take(entry);
    if (takes) last = entry;
    return takes;
  };
  try {
    return await unlessSilent(signal, silenceMillis, async (either, moved) => {
      const source = await open(either);
      const { stream, manifest } = sift(watched(source, moved), choose, either);
      const [found] = await Promise.all([manifest, target.unpack(stream, either)]);
      arrived();
      return found;
    });
  } finally {
    count(content);
  }
}

/**
 * Does something that moves data, and gives it up when none has moved for so long. A stream that breaks may leave the request
 * at its other end open for ever: so whichever part fails first ends all, by the signal that they are handed.
 * @param task is to call `moved` whenever something has
 */
export async function unlessSilent<T>(
  signal: AbortSignal,
  silenceMillis: number,
  task: (signal: AbortSignal, moved: () => void) => Promise<T>,
): Promise<T> {
  const broken = new AbortController();
  const breakOff = () => broken.abort(signal.reason);
  if (signal.aborted) breakOff();
  signal.addEventListener("abort", breakOff, { once: true });
  const silent = new Error(`nothing moved for ${silenceMillis / 1000} s`);
  const watchdog = setTimeout(() => broken.abort(silent), silenceMillis);
  try {
    return await task(broken.signal, () => watchdog.refresh());
  } catch (error) {
    const reason: unknown = broken.signal.aborted ? broken.signal.reason : error;
    broken.abort(reason);
    throw reason;
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", breakOff);
  }
}

/** The stream, with each piece of it told. It flows only as its reader asks. */
export function watched<T extends NodeJS.ReadableStream>(stream: T, moved: () => void): T {
  moved();
  stream.on("data", moved);
  stream.pause();
  return stream;
}
