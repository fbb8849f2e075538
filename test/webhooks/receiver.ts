import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What was answered; null when the connection was cut. */
  readonly status: number | null;
}

/** Somebody who is told of jobs, over real HTTP. */
export class Receiver {
  readonly received: Received[] = [];
  /** What to answer next; null: nothing, the connection is cut. Behind them 200. */
  answers: (number | null)[] = [];
  #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(port = 0): Promise<Receiver> {
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const status = receiver.answers.length > 0 ? (receiver.answers.shift() ?? null) : 200;
        receiver.received.push({ headers: request.headers, body, status });
        // Of a request that came whole, `destroy` would leave the connection.
        if (status === null) request.socket.destroy();
        else response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
      });
    });
    const receiver = new Receiver(server);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}/hook?key=1`;
  }

  /** What was taken: `event job`, in the order in which it came. */
  get taken(): string[] {
    return this.received.filter(({ status }) => status === 200).map(told);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

export function told({ body }: Received): string {
  const { event, job } = JSON.parse(body.toString()) as { event: string; job?: { id: string } };
  return job ? `${event} ${job.id}` : event;
}
