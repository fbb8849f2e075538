import { parseDocument } from "yaml";
import { UsageError } from "../exit-code.ts";
import { readText } from "../files.ts";
import type { JobFile } from "./program.ts";

/** The fields of a job file, of which many jobs are made. Throws a UsageError. */
export async function readJobFile(file: string): Promise<JobFile> {
  const document = parseDocument(await readText(file));
  const [error] = document.errors;
  if (error) throw new UsageError(`${file}: ${error.message}`);
  const fields: unknown = document.toJS();
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw new UsageError(`${file}: it must be a job file: names and values`);
  return fields as JobFile;
}
