import { pipeline } from "node:stream/promises";
import type { RequestHandler, Response } from "express";
import { GraphQLError } from "graphql";
import type { Engine } from "../engine/engine.ts";
import { jobIdFrom } from "./job-requests.ts";

const SOURCES = ["anywhere", "server", "vault"] as const;

/**
 * `GET /checkpoints/<job>` is the job's checkpoint folder as a tar stream: from the server that has it, or else the newest copy of the
 * scheduler's own; `?from=server` or `?from=vault` wants the one or the other. Errors are in the form of GraphQL's.
 */
export function checkpointEndpoint(engine: Engine): RequestHandler {
  return async (request, response, next) => {
    const wanted = decodeURIComponent(request.path.slice(1));
    if (request.method !== "GET" || wanted === "" || wanted.includes("/")) return next();
    const from = SOURCES.find((source) => source === (request.query.from ?? "anywhere"));
    if (!from) return refuse(response, 400, "INVALID_INPUT", `from must be one of ${SOURCES.join(", ")}`);
    const id = jobIdFrom(wanted);
    const job = engine.scheduler.job(id) ?? (await engine.queries.jobsById([id])).get(id);
    if (!job) return refuse(response, 404, "NOT_FOUND", `there is no job ${wanted}`);
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("the client has gone")));
    try {
      const stream = await engine.checkpoints.read(job, from, gone.signal);
      if (!stream) return refuse(response, 404, "NOT_FOUND", noneOf(id, job.checkpoint?.server ?? null, from));
      response.type("application/x-tar").set("Content-Disposition", `attachment; filename="${id}-checkpoint.tar"`);
      await pipeline(stream, response, { signal: gone.signal });
    } catch (error) {
      if (gone.signal.aborted) return;
      if (response.headersSent) return void response.destroy(error as Error); // a tar without its end is no whole one
      refuse(response, 502, "UNREACHABLE", `the checkpoint of ${id} cannot be read: ${(error as Error).message}`);
    }
  };
}

const noneOf = (id: string, server: string | null, from: (typeof SOURCES)[number]): string => {
  if (from === "vault") return `there is no copy of the checkpoint of ${id}`;
  if (server === null) return `${id} has no checkpoint`;
  return `the checkpoint of ${id} lies on server ${server}, which cannot be reached${from === "server" ? "" : ", and there is no copy"}`;
};

function refuse(response: Response, status: number, code: string, message: string): void {
  const { message: text, extensions } = new GraphQLError(message, { extensions: { code, path: ["id"] } });
  response.status(status).json({ errors: [{ message: text, extensions }] });
}
