import { statSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { MikroORM } from "@mikro-orm/sqlite";
import { domainError } from "../core/errors.ts";

/**
 * Writes the database as it is at this moment into a new file, also while a server works with it, which waits for nothing.
 * @throws DomainError when there is none
 */
export async function copyDatabase(file: string, target: string): Promise<void> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw domainError("NOT_FOUND", `there is no database ${file}`);
  const orm = await MikroORM.init({
    dbName: file,
    entities: [],
    discovery: { disableDynamicFileAccess: true, warnWhenNoEntities: false },
    metadataCache: { enabled: false },
  });
  try {
    await orm.em.getConnection().execute("pragma busy_timeout = 30000");
    await orm.em.getConnection().execute("vacuum into ?", [target]);
    await chmod(target, 0o600);
  } catch (error) {
    throw domainError("CONFLICT", `the database ${file} cannot be copied: ${(error as Error).message}`);
  } finally {
    await orm.close(true);
  }
}
