// What a test starts and does not end. Every process that tests start inherits a mark, or works below their folder for
// temporary files even where it is given an environment of its own; so it is found wherever it moved in the process
// tree. Linux only: elsewhere nothing is found.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const graceMillis = 5_000;

/** The environment that marks a run of the tests whose temporary files go to `folder`. */
export function markOf(folder) {
  return { TMPDIR: folder, SCHEDULEARN_TEST_RUN: folder };
}

/**
 * Waits for the processes that the run of `folder` started to end, at most 5 s, then kills the rest.
 * @returns those that had to be killed: `{ pid, command }`
 */
export async function endLeftovers(folder) {
  for (const deadline = Date.now() + graceMillis; leftoversOf(folder).length > 0 && Date.now() < deadline; ) {
    await pause(50);
  }
  return killLeftovers(folder);
}

/** Kills what the run of `folder` left, at once, until nothing of it is left to start anything new. */
export function killLeftovers(folder) {
  const killed = new Map();
  for (let turn = 0; turn < 20; turn++) {
    const found = leftoversOf(folder);
    if (found.length === 0) break;
    for (const leftover of found) {
      if (!killed.has(leftover.pid)) killed.set(leftover.pid, leftover); // once dying, it has no command any more
      try {
        process.kill(leftover.pid, "SIGKILL");
      } catch {
        // it ended by itself in between
      }
    }
  }
  return [...killed.values()];
}

function leftoversOf(folder) {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => isOf(folder, pid))
    .map((pid) => ({ pid: Number(pid), command: commandOf(pid) }));
}

function isOf(folder, pid) {
  try {
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    if (cwd === folder || cwd.startsWith(`${folder}/`)) return true;
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`SCHEDULEARN_TEST_RUN=${folder}`);
  } catch {
    return false; // ended in between, a zombie, or another user's
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "(ended)";
  }
}
