// sdk.mjs [--check]: writes the SDK's types and documents from schema.graphql, or fails when the committed ones differ.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, setUp } from "./setup.mjs";

setUp();
const { generate } = await import("../dist/clients/sdk/codegen.js");
const target = join(root, "clients/sdk/generated/operations.ts");
const read = (path) => readFileSync(join(root, path), "utf8");
const generated = generate(read("schema.graphql"), read("clients/sdk/operations.graphql"));
if (!process.argv.includes("--check")) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, generated);
} else if (readFileSync(target, "utf8") !== generated) {
  console.error("the SDK's documents differ from schema.graphql: run npm run schema and commit clients/sdk/generated");
  process.exit(1);
}
