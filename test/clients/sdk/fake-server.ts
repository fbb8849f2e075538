import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** A subscription as a server of `graphql-transport-ws` sees it. */
export interface Subscription {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Which connection it came by, counted from 1. */
  readonly connection: number;
  readonly socket: WebSocket;
  /** Has the client, or the connection, ended it? */
  readonly isEnded: () => boolean;
  next(item: unknown): void;
  complete(): void;
  error(errors: readonly unknown[]): void;
}

export interface FakeServer {
  readonly url: string;
  readonly connections: () => number;
  readonly subscriptions: readonly Subscription[];
  close(): Promise<void>;
}

/** Speaks the protocol and nothing more, so that a test can break every rule. */
export async function fakeServer(
  onSubscribe: (subscription: Subscription) => void,
  onInit: (socket: WebSocket, payload: unknown) => boolean = () => true,
): Promise<FakeServer> {
  const http = createServer((_, response) => response.writeHead(404).end("nothing here"));
  const server = new WebSocketServer({ server: http, path: "/graphql", handleProtocols: () => "graphql-transport-ws" });
  const subscriptions: Subscription[] = [];
  let connections = 0;
  server.on("connection", (socket) => {
    const connection = ++connections;
    const ended = new Set<string>();
    const send = (message: object): void => socket.send(JSON.stringify(message));
    socket.on("close", () => ended.add("all"));
    socket.on("message", (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      if (type === "connection_init" && onInit(socket, payload)) send({ type: "connection_ack" });
      if (type === "complete") ended.add(id);
      if (type !== "subscribe") return;
      const subscription: Subscription = {
        ...payload,
        connection,
        socket,
        isEnded: () => ended.has(id) || ended.has("all"),
        next: (item) => send({ type: "next", id, payload: { data: { item } } }),
        complete: () => send({ type: "complete", id }),
        error: (errors) => send({ type: "error", id, payload: errors }),
      };
      subscriptions.push(subscription);
      onSubscribe(subscription);
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    connections: () => connections,
    subscriptions,
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}

/** The item number `n` of a log stream: one line that says its number. */
export const line = (n: number) => ({
  cursor: String(n),
  hasMore: false,
  gap: null,
  lines: [
    { cursor: String(n), attempt: 1, stream: "STDOUT", at: "2030-01-01T00:00:00Z", text: `${n}`, continues: false },
  ],
});
