import type { RequestHandler } from "express";
import type { Laboratory } from "./laboratory.ts";

/** A page of somebody else's hand: it may run its own scripts, in an origin that is nobody's, and reach nothing at all. */
const alone =
  "sandbox allow-scripts; default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** Waits for the text of a report and becomes it: so a page with a token can show one, and one that was dropped on it. */
const VIEWER = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Report</title><script>
addEventListener("message", ({ data }) => {
  document.open();
  document.write(data);
  document.close();
}, { once: true });
parent.postMessage("ready", "*");
</script></html>`;

/** `GET /reports/<name>.html` */
export function reportEndpoint(laboratory: Laboratory): RequestHandler<{ file: string }> {
  return ({ params: { file } }, response, next) => {
    const path = file.endsWith(".html") ? laboratory.report(file.slice(0, -".html".length)) : null;
    if (path === null) return next();
    response.set("Content-Security-Policy", `${alone}; frame-ancestors 'none'`).type("html");
    response.sendFile(path, { cacheControl: false, dotfiles: "allow" });
  };
}

export const viewerEndpoint: RequestHandler = (_request, response) => {
  response.set("Content-Security-Policy", `${alone}; frame-ancestors 'self'`).set("X-Frame-Options", "SAMEORIGIN");
  response.type("html").send(VIEWER);
};
