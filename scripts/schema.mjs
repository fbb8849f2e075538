// schema.mjs [--check]: writes schema.graphql as the API's code has it, or fails when the committed one differs.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";

setUp();
const committedPath = join(root, "schema.graphql");
const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "dist/src/api/print-schema.js")], {
  encoding: "utf8",
});
if (status !== 0) {
  console.error(`the schema cannot be printed\n${stderr.trimEnd()}`);
  process.exit(1);
}
if (!process.argv.includes("--check")) {
  writeFileSync(committedPath, stdout);
} else if (!existsSync(committedPath) || readFileSync(committedPath, "utf8") !== stdout) {
  console.error("schema.graphql differs from the code: run npm run schema and commit it");
  process.exit(1);
}
