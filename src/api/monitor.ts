import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RequestHandler, type Response, Router } from "express";
import { schemaText } from "../job-spec/schema-text.ts";
import { strict } from "./pages.ts";

/** Where the build puts it. Run from its sources, the server finds those of the monitor there, which no browser can run. */
export const builtMonitor = fileURLToPath(new URL("../../clients/web", import.meta.url));

const policy = `${strict}; style-src 'self'; img-src 'self' data:; frame-src 'self'`;
const NOT_BUILT = "The web monitor is not built: run `node scripts/setup.mjs` in the clone, and start again.\n";
const ASSET = /^[\w-][\w.-]*\.(js|css|svg)$/;
/** Packed forms, the smaller first: what they are called in HTTP, and the end of the file's name. */
const packed = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

/**
 * The web monitor: one page at every address that a browser asks for and nothing else is at, since the page itself knows its
 * addresses; and its parts, whose names tell their content and which may be kept for ever.
 */
export function monitor(folder: string): Router {
  const router = Router();
  const isBuilt = (): boolean => existsSync(join(folder, "assets"));
  router.get("/job-spec.schema.json", (_request, response) => void response.type("json").send(schemaText()));
  router.get("/assets/:name", (request, response, next) => {
    const { name } = request.params;
    if (!ASSET.test(name) || !existsSync(join(folder, "assets", name))) return next();
    response.set("Cache-Control", "public, max-age=31536000, immutable").vary("Accept-Encoding");
    response.type(name.slice(name.lastIndexOf("."))); // before the file's own name could say otherwise
    const form = packed.find(
      ([encoding, end]) => request.acceptsEncodings(encoding) && existsSync(join(folder, "assets", name + end)),
    );
    if (form) response.set("Content-Encoding", form[0]);
    response.sendFile(name + (form?.[1] ?? ""), { root: join(folder, "assets"), cacheControl: false });
  });
  const page: RequestHandler = (_request, response) => {
    if (isBuilt()) sendPage(response, readFileSync(join(folder, "index.html"), "utf8"));
    else response.status(503).type("text/plain").send(NOT_BUILT);
  };
  router.get("/", page);
  router.get("/{*address}", (request, response, next) =>
    request.accepts(["json", "html"]) === "html" ? page(request, response, next) : next(),
  );
  return router;
}

function sendPage(response: Response, html: string): void {
  response.set("Content-Security-Policy", policy).type("html").send(html);
}
