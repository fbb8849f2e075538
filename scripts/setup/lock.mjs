// One set-up at a time: the lock is a file that holds its owner's process id, so a killed owner's lock can be taken over.
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetUpError } from "./error.mjs";

const patienceMillis = 15 * 60 * 1000;

/**
 * Runs `work` while holding the set-up lock of the clone at `root`, waiting for another process that holds it.
 * @throws {SetUpError} when the lock is still held after 15 minutes
 */
export function withLock(root, work) {
  const path = join(root, ".setup-lock");
  acquire(path);
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

function acquire(path) {
  const mine = `${path}-${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    for (let waitedMillis = 0; !tryLink(mine, path); waitedMillis += 200) {
      const owner = ownerOf(path);
      if (owner !== undefined && !isAlive(owner)) rmSync(path, { force: true });
      if (waitedMillis === 0) console.error(`waiting for another set-up of this clone (process ${owner})`);
      if (waitedMillis > patienceMillis) {
        throw new SetUpError(
          `process ${owner} has held ${path} for 15 minutes; remove that file if no set-up is running`,
        );
      }
      sleep(200);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A hard link appears with its content, so nobody ever reads a lock that has no owner yet. */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function ownerOf(path) {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined; // released in between
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function sleep(millis) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);
}
