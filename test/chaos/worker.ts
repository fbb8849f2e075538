import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JobSpecInput } from "../../clients/sdk/index.ts";
import { pythonImage } from "../lab/docker-lab.ts";

/** What a job of the storm comes to if nobody cancels it, whatever happens to servers and engines meanwhile. */
export type Nature = "completes" | "exits" | "runs-out-of-memory" | "goes-on";

export const EXIT_CODE = 7;
const STEP_SECONDS = 0.1;

/**
 * Trains with checkpoints, and bears witness apart from Docker and from the scheduler, in a folder of the host: it holds a lock of the
 * kernel on each of its GPUs, which only its death gives back, tells of a GPU that somebody else has, and counts the lines it has printed.
 */
const PROGRAM = `
import fcntl, json, os, signal, sys, time

job, attempt, rank = (os.environ[name] for name in ("SCHEDULEARN_JOB_ID", "SCHEDULEARN_ATTEMPT", "RANK"))
witness, steps, nature = os.environ["WITNESS"], int(os.environ["STEPS"]), os.environ["NATURE"]
state = os.path.join(os.environ["SCHEDULEARN_CHECKPOINT_DIR"], "state")
me = f"{job}.{attempt}.{rank}"

held = []
for gpu in filter(None, os.environ["CUDA_VISIBLE_DEVICES"].split(",")):
    lock = open(os.path.join(witness, gpu + ".gpu"), "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.truncate(0)
        lock.write(me)
        lock.flush()
    except BlockingIOError:
        lock.seek(0)
        with open(os.path.join(witness, "violations"), "a") as violations:
            violations.write(f"{me} was given {gpu}, which {lock.read()} still has\\n")
    held.append(lock)

printed = 0
count = os.open(os.path.join(witness, me + ".lines"), os.O_WRONLY | os.O_CREAT)

def say(text):
    global printed
    printed += 1
    print(f"#{printed} {text}", flush=True)
    os.pwrite(count, b"%12d" % printed, 0)

stopping = False

def stop(*_):
    global stopping
    stopping = True

signal.signal(signal.SIGTERM, stop)
done, total = json.load(open(state)) if os.path.exists(state) else (0, 0)
say(f"begins at step {done}")
while done < steps and not stopping:
    done, total = done + 1, (total * 31 + done + 1) % 1000003
    say(f"step {done}")
    if done % 5 == 0 or done == steps:
        try:
            with open(state + ".new", "w") as file:
                json.dump([done, total], file)
            os.rename(state + ".new", state)
            print(json.dumps({"schedulearn": {"step": done, "steps": steps, "checkpoint": {"step": done}}}), flush=True)
        except OSError: # the disk is full: it goes on, and saves later
            pass
    if nature == "runs-out-of-memory" and done >= 5:
        hoard = bytearray(os.urandom(1 << 20)) * 512
    time.sleep(${STEP_SECONDS})
if stopping and done < steps:
    say("stops as told")
    sys.exit(0)
say(f"total {total}")
sys.exit(${EXIT_CODE} if nature == "exits" else 0)
`;

/** The last line of a job that did all its steps, each once. */
export function totalOf(steps: number): number {
  let total = 0;
  for (let step = 1; step <= steps; step++) total = (total * 31 + step) % 1_000_003;
  return total;
}

/** @param witness the folder of the host in which it bears witness */
export const workerSpec = (nature: Nature, steps: number, witness: string): JobSpecInput => ({
  image: pythonImage,
  command: ["python3", "-c", PROGRAM],
  env: { WITNESS: witness, STEPS: `${steps}`, NATURE: nature },
  mounts: [{ source: witness, target: witness, readOnly: false }],
  checkpoint: { graceSeconds: 20 },
  retries: { application: 0, infrastructure: 1000 },
  ...(nature === "runs-out-of-memory" && { memoryMiB: 128 }),
});

/** How many lines each attempt of each member says to have printed, by `<job>.<attempt>.<rank>`. */
export function witnessedLines(witness: string): Map<string, number> {
  const files = readdirSync(witness).filter((name) => name.endsWith(".lines"));
  return new Map(
    files.map((name) => [name.slice(0, -".lines".length), Number(readFileSync(join(witness, name), "utf8"))]),
  );
}

/** Each GPU that was given while somebody still had it. */
export function witnessedViolations(witness: string): string[] {
  if (!readdirSync(witness).includes("violations")) return [];
  return readFileSync(join(witness, "violations"), "utf8").trim().split("\n");
}
