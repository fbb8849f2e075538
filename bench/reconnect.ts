import { killDuringStreams } from "../test/clients/sdk/kills.ts";
import { type Figures, median, rounded } from "./figures.ts";

const KILLS = 100;

/** A server killed 100 times while a client of the SDK reads a log and the events: what is lost, what comes twice. */
export async function reconnect(): Promise<Figures> {
  const { lines, events, silenceMillis } = await killDuringStreams(KILLS);
  return {
    "server kills": KILLS,
    "lines printed": lines.count,
    "lines lost": lines.lost,
    "lines doubled": lines.doubled,
    "events recorded": events.count,
    "events lost": events.lost,
    "events doubled": events.doubled,
    "in order": String(lines.inOrder && events.inOrder),
    "kill to next line, server start included: median ms": rounded(median(silenceMillis), 0),
    "kill to next line: longest ms": rounded(Math.max(...silenceMillis), 0),
  };
}
