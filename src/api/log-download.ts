import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RequestHandler, Response } from "express";
import { GraphQLError } from "graphql";
import type { JobId } from "../core/job.ts";
import type { Engine } from "../engine/engine.ts";
import type { JobLogs, LogCursor } from "../store/job-logs.ts";
import { jobIdFrom } from "./job-requests.ts";
import { reasonOfGaps } from "./types/logs.ts";

/** Lines that are read at once. */
const PART = 2_000;

/**
 * `GET /logs/<job>` is all that the job has printed up to now, as text; `?attempt=2` that of one run. Errors are in the form of
 * GraphQL's.
 */
export function logEndpoint(engine: Engine): RequestHandler {
  return async (request, response, next) => {
    const wanted = /^\/([\w-]+)$/.exec(request.path)?.[1];
    if (request.method !== "GET" || wanted === undefined) return next();
    const { attempt } = request.query;
    const run = attempt === undefined ? undefined : Number(attempt);
    if (run !== undefined && !(Number.isSafeInteger(run) && run >= 1))
      return refuse(
        response,
        400,
        "INVALID_INPUT",
        "attempt must be a whole number: runs are counted from 1",
        "attempt",
      );
    const id = jobIdFrom(wanted);
    const job = engine.scheduler.job(id) ?? (await engine.queries.jobsById([id])).get(id);
    if (!job) return refuse(response, 404, "NOT_FOUND", `there is no job ${wanted}`, "id");
    response.type("text/plain; charset=utf-8").set("Content-Disposition", `attachment; filename="${id}.log"`);
    await pipeline(Readable.from(textOf(engine.logs, id, run)), response).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") response.destroy(error); // half a log is no whole one
    });
  };
}

async function* textOf(logs: JobLogs, job: JobId, run: number | undefined): AsyncGenerator<string> {
  for (let place: LogCursor | null = null; ; ) {
    const page = await logs.read(job, place, PART, run);
    if (page.gaps) yield `[… ${reasonOfGaps(page.gaps)}]\n`;
    if (page.lines.length > 0)
      yield page.lines.map(({ text, continues }) => `${text}${continues ? "" : "\n"}`).join("");
    if (!page.hasMore) return;
    place = page.cursor;
  }
}

function refuse(response: Response, status: number, code: string, message: string, field: string): void {
  const { message: text, extensions } = new GraphQLError(message, { extensions: { code, path: [field] } });
  response.status(status).json({ errors: [{ message: text, extensions }] });
}
