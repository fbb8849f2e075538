import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "ws";
import { createClient } from "../../../clients/sdk/index.ts";
import { until } from "../../drivers/support.ts";
import { ServerProcess } from "../../setup/server.ts";

/** What streams went through while their server was killed, and what came of it. */
export interface Survived {
  readonly kills: number;
  readonly lines: Came;
  readonly events: Came;
  /** From each kill to the next line that the reader saw, the server's start included. */
  readonly silenceMillis: readonly number[];
}

export interface Came {
  readonly count: number;
  readonly lost: number;
  readonly doubled: number;
  readonly inOrder: boolean;
}

/**
 * Kills a server's process (SIGKILL) so many times, each time with lines and events on their way to one client, and starts it anew on
 * the same data and port.
 */
export async function killDuringStreams(kills: number): Promise<Survived> {
  const server = await new ServerProcess({ built: true, env: { SCHEDULEARN_SERVERS: "alpha=local" } }).start();
  const { port } = server;
  const retry = { firstMillis: 20, maxMillis: 200, attempts: 1000 };
  const client = createClient({ url: server.url, webSocket: WebSocket, retry });
  try {
    const file = join(server.folder, "enough");
    const begin = (await client.cluster()).eventCursor;
    const { id } = await client.submit({ command: printing(file) });

    const texts: string[] = [];
    let seenAt = performance.now();
    const lines = (async () => {
      for await (const { text } of client.followLines(id)) {
        seenAt = performance.now();
        texts.push(text);
      }
    })();
    const stop = new AbortController();
    const cursors: string[] = [];
    const events = (async () => {
      for await (const { cursor } of client.followEvents({ after: begin, signal: stop.signal })) cursors.push(cursor);
    })();

    const silenceMillis: number[] = [];
    for (let i = 0; i < kills; i++) {
      const from = texts.length;
      await seen(() => texts.length > from + 20);
      const small = await client.submit({ command: "true" });
      await seen(() => cursors.length > 0);
      const killedAt = performance.now();
      await server.end("SIGKILL");
      await server.start(port);
      await seen(() => seenAt > killedAt);
      silenceMillis.push(seenAt - killedAt);
      await client.waitFor(small.id);
    }
    writeFileSync(file, "");
    await lines;
    await client.waitFor(id);
    const recorded = (await client.events({ after: begin, limit: Number.MAX_SAFE_INTEGER })).map(
      ({ cursor }) => cursor,
    );
    const last = recorded.at(-1) as string;
    await seen(() => cursors.includes(last));
    stop.abort();
    await events;
    const count = Number(/^end (\d+)$/.exec(texts.at(-1) ?? "")?.[1]);
    const printed = [...Array.from({ length: count }, (_, n) => `step ${n + 1}/1000000`), `end ${count}`];
    const upToLast = cursors.slice(0, cursors.lastIndexOf(last) + 1);
    return { kills, lines: compared(printed, texts), events: compared(recorded, upToLast), silenceMillis };
  } finally {
    client.close();
    await server.end();
    server.remove();
  }
}

/** Prints a numbered line every few milliseconds until the file is there. */
const printing = (file: string): string =>
  `i=0; while [ ! -e ${file} ]; do i=$((i+1)); echo "step $i/1000000"; sleep 0.005; done; echo "end $i"`;

function compared(sent: readonly string[], came: readonly string[]): Came {
  const set = new Set(came);
  return {
    count: sent.length,
    lost: sent.filter((each) => !set.has(each)).length,
    doubled: came.length - set.size,
    inOrder: sent.length === came.length && sent.every((each, i) => each === came[i]),
  };
}

/** A server that is killed again and again on a busy machine takes its time. */
const seen = (isSo: () => boolean): Promise<boolean> => until("the streams have gone on", isSo, 120_000);
