import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { Migrator } from "@mikro-orm/migrations";
import { MikroORM, type SqlEntityManager } from "@mikro-orm/sqlite";
import { migrationsList } from "../../migrations/index.ts";
import { domainError } from "../core/errors.ts";
import { tables } from "./rows.ts";

/** Small pages keep an empty database small; only what is asked for is read anyway. */
const PAGE_BYTES = 1024;

interface RawConnection {
  exec(sql: string, done: (error: Error | null) => void): void;
}

/** The database: one SQLite file. */
export interface Store {
  /** A manager of its own, so that no two callers share an identity map. */
  fork(): SqlEntityManager;
  close(): Promise<void>;
}

/**
 * Opens the database, making it and bringing its schema up to date as needed. Rejects with a DomainError when the file was written
 * by a newer version: nothing is changed then.
 */
export async function openStore(file: string): Promise<Store> {
  if (file !== ":memory:") makeFile(file);
  const pragmas = `page_size = ${PAGE_BYTES}; pragma journal_mode = wal; pragma synchronous = full`;
  return usable(file, () => open(file, pragmas, {}, migrate));
}

/**
 * Opens the database of another process, which may be running, and changes nothing, neither in it nor beside it. Rejects with a
 * DomainError when there is none, or when its schema is that of another version.
 */
export async function openStoreToRead(file: string): Promise<Store> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw domainError("NOT_FOUND", `there is no database ${file}`);
  const url = pathToFileURL(file);
  url.searchParams.set("mode", "ro");
  // Where nobody has it open it is all in the one file, and a reader must leave no files beside it that belong to him.
  if (!existsSync(`${file}-wal`)) url.searchParams.set("immutable", "1");
  const connection = { filename: url.href, flags: ["OPEN_URI"] };
  return usable(file, () => open(file, "query_only = on", { connection }, refuseOther));
}

/** Why nothing can be written to it; null when all is well. It takes the lock of a writer, and writes nothing. */
export async function canWrite(store: Store): Promise<string | null> {
  try {
    await store.fork().transactional((em) => em.execute("delete from setting where 0"));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function usable(file: string, attempt: () => Promise<Store>): Promise<Store> {
  refuseOtherFile(file);
  try {
    return await attempt();
  } catch (error) {
    const { code, message } = error as Error & { code?: unknown };
    if (!String(code).startsWith("SQLITE_")) throw error;
    throw domainError("CONFLICT", `the database ${file} cannot be used: ${message}`);
  }
}

const HEADER = "SQLite format 3\0";

/** What is no database would be told in the words of a library, and its connection never given up. */
function refuseOtherFile(file: string): void {
  if (file === ":memory:" || statSync(file).size === 0) return;
  const begin = Buffer.alloc(HEADER.length);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, begin, 0, begin.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (begin.toString("latin1") !== HEADER)
    throw domainError("CONFLICT", `the database ${file} cannot be used: the file is not one of SQLite`);
}

async function open(
  file: string,
  pragmas: string,
  driverOptions: object,
  prepare: (orm: MikroORM, file: string) => Promise<void>,
): Promise<Store> {
  const orm = await MikroORM.init({
    dbName: file,
    driverOptions,
    entities: tables,
    extensions: [Migrator],
    migrations: { migrationsList, snapshot: false, silent: true, tableName: "schema_migration" },
    discovery: { disableDynamicFileAccess: true },
    metadataCache: { enabled: false },
    pool: {
      afterCreate: (raw: unknown, done: (error: Error | null, raw: unknown) => void) =>
        (raw as RawConnection).exec(`pragma busy_timeout = 5000; pragma ${pragmas}`, (error) => done(error, raw)),
    },
  });
  try {
    await prepare(orm, file);
  } catch (error) {
    await orm.close(true);
    throw error;
  }
  return {
    fork: () => orm.em.fork() as SqlEntityManager,
    close: () => orm.close(true),
  };
}

/** It keeps the secrets of jobs, so it is its owner's alone; the files that SQLite puts beside it are made like it. */
function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
}

async function migrate(orm: MikroORM, file: string): Promise<void> {
  const migrator = orm.getMigrator();
  refuseNewer(
    (await migrator.getExecutedMigrations()).map(({ name }) => name),
    file,
  );
  if ((await migrator.getPendingMigrations()).length > 0) await migrator.up();
}

/** What is only read is not brought up to date either. */
async function refuseOther(orm: MikroORM, file: string): Promise<void> {
  const rows = await orm.em.getConnection().execute<{ name: string }[]>("select name from schema_migration");
  const executed = rows.map(({ name }) => name);
  refuseNewer(executed, file);
  const pending = migrationsList.filter(({ name }) => !executed.includes(name));
  if (pending.length > 0)
    throw domainError(
      "CONFLICT",
      `the database ${file} was written by an older version of Schedulearn: start this version on it once, which brings it up to date`,
    );
}

function refuseNewer(executed: readonly string[], file: string): void {
  const known = new Set(migrationsList.map(({ name }) => name));
  const newer = executed.filter((name) => !known.has(name));
  if (newer.length > 0)
    throw domainError(
      "CONFLICT",
      `the database ${file} was written by a newer version of Schedulearn (it has ${newer.join(", ")}): use that version, or another data folder`,
    );
}
