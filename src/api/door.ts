import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { isLoopback } from "../config/index.ts";
import { domainError } from "../core/errors.ts";
import type { Tokens } from "./guard.ts";

export interface Listen {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Files. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
}

/** The port of the API, held from early on: whoever comes before the server is ready is told that it starts. */
export class Door {
  readonly server: HttpServer;
  /** `http://127.0.0.1:4000/graphql` */
  readonly url: string;
  readonly #answers: { present: RequestListener };

  /**
   * Rejects with a DomainError when the port is taken, or when others than this machine could come in without a token.
   */
  static async open(listen: Listen, tokens: Pick<Tokens, "required">): Promise<Door> {
    if (!isLoopback(listen.host) && !(await tokens.required()))
      throw domainError("FORBIDDEN", needsToken(listen.host), ["listen", "host"]);
    const answers = { present: tellStarting };
    const answer: RequestListener = (request, response) => answers.present(request, response);
    const server = listen.tls ? createTlsServer(tlsFiles(listen.tls), answer) : createServer(answer);
    await listening(server, listen.host, listen.port);
    return new Door(server, urlOf(server, listen), answers);
  }

  private constructor(server: HttpServer, url: string, answers: { present: RequestListener }) {
    this.server = server;
    this.url = url;
    this.#answers = answers;
  }

  /** The server is ready. */
  admit(app: RequestListener): void {
    this.#answers.present = app;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

const STARTING = "Schedulearn is starting: try again in a moment\n";

const tellStarting: RequestListener = ({ url }, response) => {
  const path = (url ?? "").split("?", 1)[0];
  if (path === "/healthz") return void response.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
  response.writeHead(503, { "content-type": "text/plain", "retry-after": "1", "cache-control": "no-store" });
  response.end(path === "/readyz" ? "server: it is starting\n" : STARTING);
};

const needsToken = (host: string): string =>
  `${host} can be reached from other machines, so access tokens are needed first: make one with \`schedulearn token create\`. ` +
  "For TLS set `listen.tls` in schedulearn.yaml, or listen on 127.0.0.1 behind a reverse proxy that has it.";

function tlsFiles({ cert, key }: NonNullable<Listen["tls"]>): { cert: Buffer; key: Buffer } {
  const read = (path: string, what: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw domainError("INVALID_INPUT", `listen.tls.${what} cannot be read: ${(error as Error).message}`, [
        "listen",
        "tls",
        what,
      ]);
    }
  };
  return { cert: read(cert, "cert"), key: read(key, "key") };
}

function listening(server: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(
          domainError("CONFLICT", `port ${port} of ${host} is in use: choose another with --port`, ["listen", "port"]),
        );
      else if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
        reject(domainError("INVALID_INPUT", `this machine has no address ${host}`, ["listen", "host"]));
      else if (error.code === "EACCES")
        reject(
          domainError("INVALID_INPUT", `port ${port} is not for ordinary users: choose one above 1023`, [
            "listen",
            "port",
          ]),
        );
      else reject(error);
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(server: HttpServer, { host, tls }: Listen): string {
  const { port } = server.address() as AddressInfo;
  return `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}/graphql`;
}
