import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import ignore, { type Ignore } from "ignore";
import tar from "tar-stream";
import { SchedulearnError } from "./errors.ts";

/** A folder that is ready to be shipped with a job; `client.uploadCode` takes it. Node only. */
export interface PackedCode {
  /** SHA-256 of its archive: the same files give the same. */
  readonly hash: string;
  /** What its files hold. */
  readonly bytes: number;
  readonly files: number;
  /** Largest first: what to look at when it is too much. */
  readonly largest: readonly { readonly path: string; readonly bytes: number }[];
  readonly folder: string;
  /** Its archive as a new stream. */
  open(): ReadableStream<Uint8Array>;
  /** Removes the archive. */
  remove(): Promise<void>;
}

const MOST_NAMED = 5;
const NEVER = new Set([".git", ".hg", ".svn", "__pycache__", ".DS_Store"]);

/**
 * Packs a folder without what its `.gitignore` files and its `.dockerignore` leave out. Links stay links, and none may lead out of the
 * folder. Throws a SchedulearnError that names what is in the way.
 */
export async function packCode(folder: string): Promise<PackedCode> {
  const root = resolve(folder);
  const entries = await entriesOf(root, folder);
  const archive = join(tmpdir(), `schedulearn-code-${randomBytes(8).toString("hex")}.tar`);
  try {
    const hash = await writeArchive(root, entries, archive);
    const files = entries.filter(({ kind }) => kind === "file");
    return {
      hash,
      folder,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files: files.length,
      largest: [...files].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_NAMED),
      open: () => Readable.toWeb(createReadStream(archive)) as ReadableStream<Uint8Array>,
      remove: () => rm(archive, { force: true }),
    };
  } catch (error) {
    await rm(archive, { force: true });
    throw error;
  }
}

interface Entry {
  /** From the root, with slashes. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  readonly bytes: number;
  readonly executable: boolean;
  readonly link: string;
}

async function entriesOf(root: string, folder: string): Promise<Entry[]> {
  const found = await lstat(root).catch(() => null);
  if (!found) throw refusal(`there is no folder ${folder}`);
  if (!found.isDirectory()) throw refusal(`${folder} is no folder`);
  const dockerText = await textOf(join(root, ".dockerignore"));
  const entries: Entry[] = [];
  await walk(root, "", { byDocker: dockerRules(dockerText), byGit: [] }, entries);
  return entries;
}

interface Rules {
  readonly byDocker: readonly { readonly rule: Ignore; readonly leavesOut: boolean }[];
  /** Those of the folders above, outermost first. */
  readonly byGit: readonly { readonly base: string; readonly rules: Ignore }[];
}

async function walk(root: string, base: string, above: Rules, entries: Entry[]): Promise<void> {
  const text = await textOf(join(root, base, ".gitignore"));
  const rules: Rules = text === "" ? above : { ...above, byGit: [...above.byGit, { base, rules: ignore().add(text) }] };
  const children = await readdir(join(root, base), { withFileTypes: true });
  children.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const child of children) {
    if (NEVER.has(child.name)) continue;
    const path = base === "" ? child.name : `${base}/${child.name}`;
    const isFolder = child.isDirectory();
    if (isLeftOutByGit(path, isFolder, rules)) continue;
    const isLeftOut = isLeftOutByDocker(path, rules);
    // What is below a folder that Docker leaves out may be taken back in by a later line.
    if (isLeftOut && !(isFolder && rules.byDocker.some(({ leavesOut }) => !leavesOut))) continue;
    const full = join(root, path);
    const { size, mode } = await lstat(full);
    const entry = { path, bytes: 0, executable: false, link: "" };
    if (isFolder) {
      const at = entries.length;
      await walk(root, path, rules, entries);
      if (!isLeftOut || entries.length > at) entries.splice(at, 0, { ...entry, kind: "directory" });
    } else if (child.isFile()) entries.push({ ...entry, kind: "file", bytes: size, executable: (mode & 0o100) !== 0 });
    else if (child.isSymbolicLink()) entries.push({ ...entry, kind: "symlink", link: await linkOf(root, path) });
  }
}

const isLeftOutByGit = (path: string, isFolder: boolean, { byGit }: Rules): boolean => {
  let leftOut = false;
  for (const { base, rules } of byGit) {
    const within = base === "" ? path : path.slice(base.length + 1);
    const { ignored, unignored } = rules.test(isFolder ? `${within}/` : within);
    if (ignored) leftOut = true;
    else if (unignored) leftOut = false;
  }
  return leftOut;
};

/** Docker's lines count from the root, where Git's without a slash count anywhere; and the last line that speaks of a path, or of a folder around it, decides. */
function dockerRules(text: string): Rules["byDocker"] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, back, path = ""] = /^(!?)\s*(?:\.?\/)?(.*)$/.exec(line) ?? [];
      return { rule: ignore().add(path.startsWith("**/") ? path : `/${path}`), leavesOut: back !== "!" };
    });
}

function isLeftOutByDocker(path: string, { byDocker }: Rules): boolean {
  let leftOut = false;
  for (const { rule, leavesOut } of byDocker) if (rule.ignores(path)) leftOut = leavesOut;
  return leftOut;
}

/** Where a link leads, from where it lies. */
async function linkOf(root: string, path: string): Promise<string> {
  const target = await readlink(join(root, path));
  const from = dirname(join(root, path));
  const to = isAbsolute(target) ? target : resolve(from, target);
  const within = relative(root, to);
  if (within === ".." || within.startsWith(`..${sep}`) || isAbsolute(within))
    throw refusal(
      `${path} is a link that leads out of the folder, to ${target}: leave it out with a line in .dockerignore, or see mounts`,
    );
  return relative(from, to).split(sep).join("/") || ".";
}

/** @returns its hash; the same for the same names, contents and rights to execute, whenever and by whomever it is packed */
async function writeArchive(root: string, entries: readonly Entry[], archive: string): Promise<string> {
  const pack = tar.pack();
  const digest = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      done(null, chunk);
    },
  });
  const written = pipeline(
    pack as unknown as NodeJS.ReadableStream,
    hashing,
    createWriteStream(archive, { mode: 0o600 }),
  );
  written.catch(() => undefined); // told below
  try {
    for (const { path, kind, bytes, executable, link } of entries) {
      const header = { name: path, type: kind, mtime: new Date(0), uid: 0, gid: 0 } as const;
      if (kind === "directory") pack.entry({ ...header, mode: 0o755 });
      else if (kind === "symlink") pack.entry({ ...header, linkname: link, mode: 0o777 });
      else {
        const entry = pack.entry({ ...header, size: bytes, mode: executable ? 0o755 : 0o644 });
        await pipeline(createReadStream(join(root, path)), entry as unknown as NodeJS.WritableStream).catch((error) => {
          const { code, message } = error as NodeJS.ErrnoException;
          throw refusal(
            `${path} cannot be packed: ${code === undefined ? "it changed meanwhile; try again" : message}`,
          );
        });
      }
    }
    pack.finalize();
    await written;
  } catch (error) {
    pack.destroy();
    await written.catch(() => undefined);
    throw error;
  }
  return digest.digest("hex");
}

const textOf = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");

const refusal = (message: string): SchedulearnError =>
  new SchedulearnError([{ code: "INVALID_INPUT", message: `code: ${message}`, path: ["code"] }]);
