// supervisor.mjs FOLDER: the parent of one run, and the only one that signals it. It outlives the server, so that a run's exit code
// is never lost. Plain JavaScript without dependencies: it starts the same from the sources and from the build.
//
// It reads `{ command, cwd, env }` as JSON from its standard input: secrets are on no command line and on no disk. In FOLDER it
// writes supervisor.json, started.json, granted.json, stdout, stderr and, last, exit.json; it reads wanted.json at the start and at
// each SIGHUP.
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const folder = process.argv[2];
/** Orphans die within milliseconds of SIGKILL; where nobody buries them their group seems to live on for ever. */
const BURIAL_MILLIS = 500;
const RETRY_MILLIS = 1_000;
/** A program that goes on forking for so long is not waited for. */
const MOST_PINNINGS = 20;
/** What is longer fires at once. */
const LONGEST_TIMER_MILLIS = 2 ** 31 - 1;

/** Held while the job is ours to signal: a group's number is free to be given again once it is over. */
let group = null;
let paused = false;
let stopped = false;
/** Of the grant that the job has; with the first it was started. */
let generation = 1;
let over = false;
let killTimer = null;
let killAt = Number.POSITIVE_INFINITY;

process.on("SIGHUP", obey);
const order = await readOrder();
if (order && claim()) await supervise(order);

/** Null when the server died while it was still telling: then it will tell another supervisor. */
async function readOrder() {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const part of process.stdin) text += part;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Of several supervisors of one run exactly one goes on: a link is made whole or not at all, and once. */
function claim() {
  const own = join(folder, `supervisor.${process.pid}`);
  writeFileSync(own, JSON.stringify(identityOf(process.pid)));
  try {
    linkSync(own, join(folder, "supervisor.json"));
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(own);
  }
}

async function supervise({ command, cwd, env }) {
  obey();
  if (stopped) return end({ code: null, signal: null, error: null });

  const stdout = openSync(join(folder, "stdout"), "a", 0o600);
  const stderr = openSync(join(folder, "stderr"), "a", 0o600);
  const [file, ...args] = command;
  let job;
  let unrecorded = null;
  const killsBefore = oomKills();
  const startedAt = Date.now();
  const exited = new Promise((resolve) => {
    const fail = (error) => resolve({ code: null, signal: null, error: faultOf(error) });
    try {
      job = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", stdout, stderr] });
      job.once("error", fail);
      job.once("exit", (code, signal) => resolve({ code, signal, error: null }));
    } catch (error) {
      fail(error);
    }
  });
  if (job?.pid !== undefined) {
    group = job.pid;
    try {
      writeWhole("started.json", { ...identityOf(job.pid), at: startedAt });
    } catch (error) {
      signalGroup(group, "SIGKILL"); // nobody could find it again
      unrecorded = faultOf(error);
    }
    obey(); // what was wanted while there was no group to signal
  }
  closeSync(stdout);
  closeSync(stderr);

  const exit = await exited;
  over = true;
  const leftovers = group;
  group = null;
  clearTimeout(killTimer);
  const at = Date.now();
  if (leftovers !== null) await killGroup(leftovers);
  const kills = killsBefore === null ? {} : { oomKills: oomKills() - killsBefore };
  await end({ ...exit, ...kills, ...(unrecorded && { error: unrecorded }) }, at);
}

function faultOf({ code, message }) {
  return { code: code ?? null, message };
}

/** Brings the job to what wanted.json says; told twice, it does it once. */
function obey() {
  if (over) return; // what crossed the exit changes nothing of it
  const wanted = readWanted();
  if (wanted?.stop) stop(wanted.stop);
  else if (wanted && !stopped && group !== null) {
    if (wanted.paused) setPaused(true); // so that it first hears of another size when it goes on
    if (wanted.grant && wanted.grant.generation > generation) resize(wanted.grant);
    setPaused(wanted.paused);
  }
}

function setPaused(wanted) {
  if (wanted === paused) return;
  paused = wanted;
  signalGroup(group, paused ? "SIGSTOP" : "SIGCONT");
}

function resize(grant) {
  generation = grant.generation;
  if (grant.cpus.length > 0) pin(grant.cpus);
  // A paused one gets SIGCONT when it is to go on; now it would go on by it.
  if (grant.signal && !(paused && grant.signal === "SIGCONT")) signalGroup(group, grant.signal);
  recordGrant();
}

function recordGrant() {
  try {
    if (!over) writeWhole("granted.json", { generation });
  } catch {
    setTimeout(recordGrant, RETRY_MILLIS); // a full disk: it is not answered before there is room
  }
}

/** Moves this process and all threads of the group to these processors, and those that are begun meanwhile too. */
function pin(cpus) {
  const moved = new Set();
  for (let pass = 0; pass < MOST_PINNINGS; pass++) {
    const found = [process.pid, ...membersOf(group)].map((pid) => ({ pid, threads: threadsOf(pid) }));
    const fresh = found.filter(({ threads }) => threads.some((thread) => !moved.has(thread)));
    if (fresh.length === 0) return;
    for (const { pid, threads } of fresh) {
      const args = ["--all-tasks", "--cpu-list", "--pid", cpus.join(","), String(pid)];
      if (spawnSync("taskset", args, { stdio: "ignore" }).error) return; // there is none: the job was not bound to its cores either
      for (const thread of threads) moved.add(thread);
    }
  }
}

function membersOf(id) {
  const pids = namesIn("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statOf(pid)?.[2] === String(id));
}

function threadsOf(pid) {
  return namesIn(`/proc/${pid}/task`);
}

function namesIn(path) {
  try {
    return readdirSync(path);
  } catch {
    return []; // no such process, or no such system
  }
}

function readWanted() {
  try {
    return JSON.parse(readFileSync(join(folder, "wanted.json"), "utf8"));
  } catch {
    return null; // nothing was wanted yet
  }
}

function stop({ signal, graceMillis }) {
  const first = !stopped;
  stopped = true;
  if (group === null) return;
  if (first) {
    writeFileSync(join(folder, "schedulearn", "stop_requested"), "");
    signalGroup(group, signal);
    if (paused) signalGroup(group, "SIGCONT");
  }
  killAt = Math.min(killAt, performance.now() + graceMillis);
  clearTimeout(killTimer);
  killTimer = setTimeout(
    () => group !== null && signalGroup(group, "SIGKILL"),
    Math.min(Math.max(0, killAt - performance.now()), LONGEST_TIMER_MILLIS),
  );
}

/** How many processes the kernel has killed for want of memory since the machine started; null where it does not tell. */
function oomKills() {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "latin1"))?.[1];
    return count === undefined ? null : Number(count);
  } catch {
    return null;
  }
}

/** @returns whether there was anyone to signal */
function signalGroup(id, signal) {
  try {
    process.kill(-id, signal);
    return true;
  } catch {
    return false;
  }
}

/** A job's background processes do not outlive it, and write nothing behind the exit. */
async function killGroup(id) {
  const deadline = performance.now() + BURIAL_MILLIS;
  while (signalGroup(id, "SIGKILL") && performance.now() < deadline) await pause(5);
}

async function end(exit, at = Date.now()) {
  for (;;) {
    try {
      return writeWhole("exit.json", { ...exit, stopped, at });
    } catch (error) {
      if (error.code !== "ENOSPC" && error.code !== "EDQUOT") throw error;
      await pause(RETRY_MILLIS); // the exit is worth waiting for: room comes back
    }
  }
}

function writeWhole(name, value) {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** As `identify` of processes.ts. */
function identityOf(pid) {
  const startTicks = statOf(pid)?.[19];
  if (startTicks === undefined) return { pid, startTicks: null, boot: null };
  return { pid, startTicks, boot: readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim() };
}

/** The kernel's account of a process, from its state on; null when there is none. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
