import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
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
  try {
    return await open(file);
  } catch (error) {
    const { code, message } = error as Error & { code?: unknown };
    if (!String(code).startsWith("SQLITE_")) throw error;
    throw domainError("CONFLICT", `the database ${file} cannot be used: ${message}`);
  }
}

async function open(file: string): Promise<Store> {
  const orm = await MikroORM.init({
    dbName: file,
    entities: tables,
    extensions: [Migrator],
    migrations: { migrationsList, snapshot: false, silent: true, tableName: "schema_migration" },
    discovery: { disableDynamicFileAccess: true },
    metadataCache: { enabled: false },
    pool: {
      afterCreate: (raw: unknown, done: (error: Error | null, raw: unknown) => void) =>
        (raw as RawConnection).exec(
          `pragma page_size = ${PAGE_BYTES}; pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000`,
          (error) => done(error, raw),
        ),
    },
  });
  try {
    await migrate(orm, file);
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
  const known = new Set(migrationsList.map(({ name }) => name));
  const newer = (await migrator.getExecutedMigrations()).map(({ name }) => name).filter((name) => !known.has(name));
  if (newer.length > 0)
    throw domainError(
      "CONFLICT",
      `the database ${file} was written by a newer version of Schedulearn (it has ${newer.join(", ")}): use that version, or another data folder`,
    );
  if ((await migrator.getPendingMigrations()).length > 0) await migrator.up();
}
