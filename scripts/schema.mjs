// schema.mjs [--check]: writes the schemas that are printed from the code, what of the SDK and the web monitor is made of them, the manual of
// the command line and the reference of the SDK, or fails when a committed one differs.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";

/** The program that prints each committed file on its standard output when it is told the file; the clients' parts are made of the schema before them. */
const printers = {
  "schema.graphql": "dist/src/api/print-schema.js",
  "job-spec.schema.json": "dist/src/job-spec/print-schema.js",
  "docs/job-spec.md": "dist/src/job-spec/print-reference.js",
  "clients/sdk/generated/operations.ts": "scripts/print-sdk.mjs",
  "clients/web/generated/operations.ts": "scripts/print-web.mjs",
  "docs/cli.md": "scripts/print-cli.mjs",
  "docs/sdk/client.md": "scripts/print-sdk-reference.mjs",
  "docs/sdk/types.md": "scripts/print-sdk-reference.mjs",
};

setUp();
let failed = false;
for (const [name, printer] of Object.entries(printers)) {
  const committed = join(root, name);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, printer), name], { encoding: "utf8" });
  if (status !== 0) {
    fail(`${name} cannot be printed\n${stderr.trimEnd()}`);
  } else if (!process.argv.includes("--check")) {
    writeFileSync(committed, stdout);
  } else if (!existsSync(committed) || readFileSync(committed, "utf8") !== stdout) {
    fail(`${name} differs from the code: run npm run schema and commit it`);
  }
}
process.exit(failed ? 1 : 0);

function fail(reason) {
  console.error(reason);
  failed = true;
}
