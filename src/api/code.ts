import type { RequestHandler } from "express";
import { DomainError } from "../core/errors.ts";
import type { CodeFolder } from "../core/job-spec.ts";
import type { Clock } from "../core/time.ts";

type Content = Omit<CodeFolder, "hash">;

/** Where uploaded folders are kept. */
export interface CodeShelf {
  /** The most that the files of one folder may hold. */
  readonly maxBytes: number;
  find(hash: string): Content | null;
  /** As `find`; what is there is kept a while from now. */
  touch(hash: string, now: Date): Promise<Content | null>;
  /** Throws a DomainError, and keeps nothing, when it does not take it. */
  receive(hash: string, archive: NodeJS.ReadableStream): Promise<Content>;
}

const HASH = /^[0-9a-f]{64}$/;

/**
 * `GET /code/<sha256>` tells whether the folder is there; `PUT` uploads it, as a tar stream. Both answer `{hash, bytes, files}`, or
 * errors in the form of GraphQL's.
 */
export function codeEndpoint(shelf: CodeShelf | undefined, clock: Clock): RequestHandler {
  return async (request, response, next) => {
    const hash = request.path.slice(1);
    if (!shelf || !HASH.test(hash) || (request.method !== "GET" && request.method !== "PUT")) return next();
    const here = await shelf.touch(hash, new Date(clock.now()));
    if (here) {
      request.resume(); // an upload that is not needed
      return void response.json({ hash, ...here });
    }
    if (request.method === "GET") {
      const message = "nothing was uploaded under this hash";
      return void response
        .status(404)
        .json({ errors: [{ message, extensions: { code: "NOT_FOUND", maxBytes: shelf.maxBytes } }] });
    }
    try {
      response.status(201).json({ hash, ...(await shelf.receive(hash, request)) });
    } catch (error) {
      if (!(error instanceof DomainError)) return next(error);
      request.resume();
      const errors = error.faults.map(({ message, code, path }) => ({ message, extensions: { code, path } }));
      response.status(400).set("Connection", "close").json({ errors });
    }
  };
}
