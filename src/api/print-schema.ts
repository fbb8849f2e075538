import { lexicographicSortSchema, printSchema } from "graphql";
import { buildApiSchema } from "./schema.ts";

process.stdout.write(`${printSchema(lexicographicSortSchema(buildApiSchema()))}\n`);
