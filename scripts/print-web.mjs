// Prints the types and documents of the web monitor, made of schema.graphql and the operations that lie beside its pages.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "../dist/clients/sdk/codegen.js";
import { root } from "./setup.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const web = "clients/web";
const operations = readdirSync(join(root, web), { recursive: true })
  .filter((path) => path.endsWith("operations.graphql"))
  .sort()
  .map((path) => read(join(web, path)));
process.stdout.write(generate(read("schema.graphql"), operations.join("\n"), "../../sdk/index.ts"));
