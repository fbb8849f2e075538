import { useEffect } from "preact/hooks";
import type { Server } from "../../sdk/index.ts";
import { api } from "../live/client.ts";
import { type Live, useLive } from "../live/use-live.ts";

/** How busy GPUs are is told by no event: it is looked at so often. */
const LOOK_MILLIS = 10_000;

/** All servers, as they are now. */
export function useServers(): Live<readonly Server[]> {
  const live = useLive("servers", (signal) => api().servers({ signal }), { everyMillis: 1_000 });
  const { reload } = live;
  useEffect(() => {
    const timer = setInterval(reload, LOOK_MILLIS);
    return () => clearInterval(timer);
  }, [reload]);
  return live;
}
