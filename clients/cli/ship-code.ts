import { dirname, resolve } from "node:path";
import { isMap, parseDocument } from "yaml";
import { packCode } from "../sdk/code.ts";
import type { Session } from "./cli.ts";

/**
 * Packs and uploads the folder that a job names as its code, by flag or in its file. A path in a file starts at the file's folder.
 * @returns what the spec says of it then; null where there is nothing to ship
 */
export async function shipCode(
  { client, signal }: Session,
  flag: string | null,
  job: { readonly text: string; readonly file: string | undefined } | null,
): Promise<{ readonly hash: string } | null> {
  const folder = flag ?? (job && folderIn(job.text, job.file));
  if (folder === null) return null;
  const packed = await packCode(folder);
  try {
    await client.uploadCode(packed, { signal });
  } finally {
    await packed.remove();
  }
  return { hash: packed.hash };
}

function folderIn(text: string, file: string | undefined): string | null {
  const document = parseDocument(text);
  const code: unknown = document.errors.length === 0 && isMap(document.contents) ? document.get("code") : undefined;
  if (typeof code !== "string") return null;
  return resolve(file === undefined || file === "-" ? "." : dirname(file), code);
}
