import { lstat, open, readdir, readlink, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { type Pack, pack } from "tar-stream";
import { loadConfig } from "./config/index.ts";
import { domainError } from "./core/errors.ts";
import { copyDatabase } from "./store/copy-database.ts";

export const BACKUP_HELP = `Usage: schedulearn backup FILE [--no-checkpoints] [--config FILE] [--data FOLDER] [--json]

Copies all that a server keeps into one tar file: database, output of jobs, shipped code, usage,
checkpoints. The server may run meanwhile: the database in it is that of one moment, and what was
printed after it is there as well. To restore, unpack it into an empty folder and start with that:

  mkdir data && tar -xpf FILE -C data && schedulearn start --data data

Options:
  --no-checkpoints  without the copies of checkpoints, which may be large
  --config FILE     configuration (default: schedulearn.yaml here, when there is one)
  --data FOLDER     what to copy (default: ./data)
  --json            what was copied, as JSON
  --help            this text
`;

/** What is of this machine and this moment: locks, and runs that go on. */
const LEFT_OUT = /^(lock|schedulearn\.sqlite.*|checkpoints\/new|servers\/[^/]+\/(lock|runs))$/;
const CHECKPOINTS = /^(checkpoints|servers\/[^/]+\/checkpoints)$/;

/** Reads a data folder, and changes nothing in it. Returns the exit code. */
export async function backupCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "no-checkpoints": { type: "boolean" },
      config: { type: "string" },
      data: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const [name] = positionals;
  if (values.help || name === undefined || positionals.length > 1) {
    process.stdout.write(BACKUP_HELP);
    return values.help ? 0 : 2;
  }
  const { config: file, data } = values;
  const { dataDir, databaseFile } = loadConfig({ cwd: process.cwd(), env: process.env, file, flags: { data } });
  const target = resolve(name);
  const files = await backUp(dataDir, databaseFile, target, !values["no-checkpoints"]);
  const { size: bytes } = await stat(target);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ file: target, bytes, files })}\n`
      : `${files} files in ${target}, ${Math.ceil(bytes / 1024 ** 2)} MiB\n`,
  );
  return 0;
}

/**
 * Writes the archive whole or not at all; how many files it holds.
 * @throws DomainError when there is no database, or the file is there already
 */
async function backUp(dataDir: string, databaseFile: string, target: string, checkpoints: boolean): Promise<number> {
  if (await stat(target).catch(() => null))
    throw domainError("CONFLICT", `${target} is there already: choose another name, or remove it`);
  const [part, database] = [`${target}.part`, `${target}.database.part`];
  const handle = await open(part, "wx", 0o600).catch((error) => {
    throw domainError("INVALID_INPUT", `${part} cannot be written: ${(error as Error).message}`);
  });
  try {
    await copyDatabase(databaseFile, database); // first: what else there is may be newer, never older
    const archive = pack();
    const writing = pipeline(archive, handle.createWriteStream());
    writing.catch(() => undefined); // told below
    let files = 0;
    files += await add(archive, database, basename(databaseFile));
    for await (const path of within(dataDir, "", checkpoints))
      if (![part, database].includes(join(dataDir, path))) files += await add(archive, join(dataDir, path), path);
    archive.finalize();
    await writing;
    await rename(part, target);
    return files;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await rm(database, { force: true });
  }
}

/** Paths of files, links and folders below. What says which files belong together, `jobs`, goes before `files`. */
async function* within(root: string, folder: string, checkpoints: boolean): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? 1 : -1))) {
    const path = join(folder, entry.name);
    if (LEFT_OUT.test(path) || (!checkpoints && CHECKPOINTS.test(path))) continue;
    if (entry.isDirectory()) {
      yield path;
      yield* within(root, path, checkpoints);
    } else if (entry.isFile() || entry.isSymbolicLink()) yield path;
  }
}

/** How many files it added: none when it has gone meanwhile. One that grows is copied as far as it reached at first. */
async function add(archive: Pack, path: string, name: string): Promise<number> {
  const found = await lstat(path).catch(() => null);
  if (!found) return 0;
  const header = { name, mode: found.mode & 0o777, mtime: found.mtime };
  if (found.isDirectory()) await entry(archive, { ...header, type: "directory" });
  else if (found.isSymbolicLink()) await entry(archive, { ...header, type: "symlink", linkname: await readlink(path) });
  if (!found.isFile()) return 0;
  const handle = await open(path).catch(() => null);
  if (!handle) return 0;
  const { size } = await handle.stat();
  const content = size === 0 ? [] : handle.createReadStream({ end: size - 1, autoClose: false });
  try {
    await pipeline(content, archive.entry({ ...header, type: "file", size }));
  } catch (error) {
    throw new Error(`${path} changed while it was copied: try again`, { cause: error });
  } finally {
    await handle.close();
  }
  return 1;
}

function entry(archive: Pack, header: Parameters<Pack["entry"]>[0]): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, (error) => (error ? reject(error) : resolve()));
  });
}
