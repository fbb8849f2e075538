// Prints the SDK's types and documents, made of schema.graphql and the operations that the SDK offers.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "../dist/clients/sdk/codegen.js";
import { root } from "./setup.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
process.stdout.write(generate(read("schema.graphql"), read("clients/sdk/operations.graphql")));
