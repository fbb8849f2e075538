// The least that graphql-transport-ws needs for one subscription that goes on for ever.
import { authorization } from "./token.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/**
 * Loads what there is, then follows what comes from there on; after a loss it begins anew. `load` gives the variables of the
 * subscription.
 */
export async function follow(query, { load, begun, item, lost }) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      const variables = await load();
      await once({ query, variables }, item, () => {
        begun();
        pause = FIRST_PAUSE;
      });
      lost("The connection has ended.");
    } catch (error) {
      // fetch says by a TypeError that nobody answers; what a server answers stands for itself.
      lost(error instanceof TypeError ? `The server cannot be reached (${error.message}).` : `${error.message}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Resolves when the connection is over. */
function once(operation, item, begun) {
  const url = new URL("/graphql", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url, "graphql-transport-ws");
  const send = (message) => socket.send(JSON.stringify(message));
  return new Promise((resolve) => {
    socket.onopen = () => send({ type: "connection_init", payload: authorization() });
    socket.onclose = resolve;
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data);
      if (type === "connection_ack") {
        send({ id: "1", type: "subscribe", payload: operation });
        begun();
      } else if (type === "ping") send({ type: "pong" });
      else if (type === "next") item(payload.data);
      else if (type === "error" || type === "complete") socket.close();
    };
  });
}
