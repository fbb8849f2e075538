import { readFileSync } from "node:fs";
import { type Response, Router } from "express";

type Bundle = typeof import("@graphql-yoga/render-graphiql/graphiql");

/** Nothing from elsewhere, and no script that is not a file of this server. */
export const strict =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'; connect-src 'self' ws: wss:";
/** The editor of the playground styles itself from its script, and has its fonts and pictures inside. */
const playgroundPolicy = `${strict}; style-src 'self' 'unsafe-inline'; img-src data:; font-src 'self' data:; worker-src 'self'`;

const file = (name: string): string => readFileSync(new URL(`./pages/${name}`, import.meta.url), "utf8");

/** The playground with its parts. */
export function pages(): Router {
  const router = Router();
  for (const name of ["token.js", "playground.js", "examples.js"])
    router.get(`/pages/${name}`, (_request, response) => send(response, "js", file(name)));
  router.get("/pages/page.css", (_request, response) => send(response, "css", file("page.css")));
  router.get("/playground", (_request, response) => sendPlayground(response));
  const parts = {
    "graphiql.js": ["js", "js"],
    "graphiql.css": ["css", "css"],
    "editor-worker.js": ["js", "editorWorkerService"],
    "json-worker.js": ["js", "jsonWorker"],
    "graphql-worker.js": ["js", "graphqlWorker"],
  } as const satisfies Record<string, readonly ["js" | "css", keyof Bundle]>;
  for (const [name, [type, part]] of Object.entries(parts))
    router.get(`/playground/${name}`, async (_request, response) => {
      // Ten megabytes that most servers never need: read when they are asked for.
      const bundle = await import("@graphql-yoga/render-graphiql/graphiql");
      send(response, type, bundle[part]);
    });
  return router;
}

export const sendPlayground = (response: Response): void =>
  send(response, "html", file("playground.html"), playgroundPolicy);

function send(response: Response, type: "html" | "js" | "css", text: string, policy = "default-src 'none'"): void {
  response.set("Content-Security-Policy", policy).type(type).send(text);
}
