import { expect } from "vitest";
import type { RunOrder } from "../../src/core/command.ts";
import { CheckpointGone, OutputGone, type OutputLine, type OutputPosition } from "../../src/drivers/driver.ts";
import type { Stage } from "./contract-stage.ts";
import { Listener, until } from "./support.ts";

const FOR_EVER = "while :; do sleep 0.1; done";
// biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
const SCHEDULEARN = "${SCHEDULEARN_DIR:-/schedulearn}";

/** What a run finds, what it prints and what it leaves. */
export function claimData(stage: Stage): void {
  const { claim, job, listen, begin, exitOf } = stage;

  claim("a run finds what the job contract promises", async () => {
    stage.house.secrets.API_KEY = "s3cret";
    const run = job(
      `echo "$SCHEDULEARN_JOB_ID $SCHEDULEARN_ATTEMPT $SCHEDULEARN_START_REASON $NVIDIA_VISIBLE_DEVICES"
       echo "$MY_OWN $API_KEY"
       cat ${SCHEDULEARN}/allocation.json | tr -d '\\n '; echo
       ${SCHEDULEARN}/discover_hosts.sh
       echo x > "$SCHEDULEARN_CHECKPOINT_DIR/file" && echo kept`,
      { env: { MY_OWN: "value" }, secretNames: ["API_KEY"] },
      { attempt: 4, reason: "retried" },
    );
    const listener = begin(run);
    await listener.done;
    const [ids, own, allocation, hosts, kept] = listener.texts();
    expect(ids).toBe(`${run.job} 4 retried void`);
    expect(own).toBe("value s3cret");
    expect(JSON.parse(allocation ?? "")).toMatchObject({
      generation: 1,
      gpus: 0,
      cores: 1,
      devices: [],
      servers: [{ rank: 0 }],
    });
    expect(hosts).toMatch(/^\S+:1$/);
    expect(kept).toBe("kept");
  });

  claim("a run that polls finds stop_requested", async () => {
    const run = job(`trap '' TERM; echo ready; while [ ! -e ${SCHEDULEARN}/stop_requested ]; do sleep 0.1; done`);
    const listener = begin(run);
    await listener.heard("ready");
    stage.driver.stop(run, "SIGTERM", 600);
    expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
  });

  claim("output is whole, in order, and has each line once", async () => {
    const run = job(
      "i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo out $i; [ $((i % 3)) = 0 ] && echo err $i >&2; done; printf last",
    );
    const listener = begin(run);
    await listener.done;
    const numbers = Array.from({ length: 1500 }, (_, i) => i + 1);
    expect(listener.texts("stdout")).toEqual([...numbers.map((i) => `out ${i}`), "last"]);
    expect(listener.texts("stderr")).toEqual(numbers.filter((i) => i % 3 === 0).map((i) => `err ${i}`));

    // Cut short twice: once in what was followed from the beginning, once in what was followed from there.
    for (const [first, second] of [
      [1, 1],
      [2, 900],
      [500, 3],
      [1_000, listener.lines.length],
      [listener.lines.length - 1, 1],
    ] as const) {
      const seen = listener.lines.slice(0, first);
      const again = listen(run, positionBehind(seen));
      await again.done;
      seen.push(...again.lines.slice(0, second));
      const last = listen(run, positionBehind(seen));
      await last.done;
      seen.push(...last.lines);
      for (const stream of ["stdout", "stderr"] as const) {
        const texts = seen.filter((line) => line.stream === stream).map(({ text }) => text);
        expect(texts).toEqual(listener.texts(stream));
      }
    }
  });

  claim("a run that is started twice prints its lines once", async () => {
    const run = job(`echo begun; ${FOR_EVER}`);
    const listener = begin(run);
    stage.driver.start(run);
    await listener.heard("begun");
    stage.driver.start(run);
    stage.driver.stop(run, "SIGTERM", 0);
    await listener.done;
    expect(listener.texts("stdout")).toEqual(["begun"]);
  });

  claim("a bar that rewrites itself counts as one line, and is heard of before it ends", async () => {
    const run = job(
      `while [ ! -e ${SCHEDULEARN}/stop_requested ]; do printf '\\rone\\rtwo\\r'; sleep 0.1; done; echo three`,
    );
    const listener = begin(run);
    await until("the bar is heard of", () =>
      listener.outputs.some(({ kind, text }) => kind === "update" && text === "two"),
    );
    expect(listener.lines).toEqual([]);
    stage.driver.stop(run, "SIGCONT", 60);
    await listener.done;
    expect(listener.texts()).toEqual(["three"]);
  });

  claim("a follow that nobody wants any more ends, and the run goes on", async () => {
    const run = job(`echo ready; ${FOR_EVER}`);
    const listener = begin(run);
    await listener.heard("ready");
    await listener.leave();
    expect(stage.told.of("RunExited", run)).toEqual([]);
  });

  claim("the output of a run that is not there, or no more, is gone for good", async () => {
    await expect(listen(job("exit 0")).done).rejects.toThrow(OutputGone);
    const run = job("exit 0");
    stage.driver.start(run);
    await exitOf(run);
    void stage.driver.reap(run.job, run.attempt);
    const folder = { server: stage.driver.server, generation: run.checkpoint.generation };
    stage.driver.discardCheckpoint(run.job, folder);
    await until("nothing remains", async () => (await stage.bench.remains()).length === 0);
    await expect(listen(run).done).rejects.toThrow(OutputGone);
  });

  claim("a checkpoint moves to another server with its job", async () => {
    const save = `cd "$SCHEDULEARN_CHECKPOINT_DIR"; mkdir -p deep; echo 41 > deep/step; ln -s deep/step latest; : > empty
      head -c 300000 /dev/zero > large; chmod 600 large`;
    const run = job(save);
    stage.driver.start(run);
    expect((await exitOf(run)).outcome).toEqual({ kind: "succeeded" });

    const [from, to] = stage.bench.servers;
    const other = await stage.house.connect(to);
    const [share] = run.on;
    const moved: RunOrder = {
      ...job('cd "$SCHEDULEARN_CHECKPOINT_DIR"; cat latest; ls; wc -c < large; echo more >> large'),
      job: run.job,
      attempt: 2,
      reason: "migrated",
      on: share ? [{ ...share, server: to }] : [],
      checkpoint: { generation: 2, from: { server: from, generation: 1 } },
    };
    other.start(moved);
    expect((await exitOf(moved)).outcome).toEqual({ kind: "succeeded" });
    const listener = new Listener(other, moved);
    await listener.done;
    expect(listener.texts().map((text) => text.trim())).toEqual(["41", "deep", "empty", "large", "latest", "300000"]);
    expect(stage.told.of("CheckpointCarried", moved)).toMatchObject([{ bytes: 300_003, files: 3 }]);

    void stage.driver.reap(run.job, run.attempt);
    stage.driver.discardCheckpoint(run.job, { server: from, generation: 1 });
    await until("the old folder is gone", async () => {
      const { folders } = await stage.driver.connect(AbortSignal.timeout(30_000));
      return !folders.some(({ job: owner, generation }) => owner === run.job && generation === 1);
    });
  });

  claim("a checkpoint that cannot be had is an infrastructure failure, and the run does not start", async () => {
    const run = job(
      "echo started",
      {},
      { attempt: 2, checkpoint: { generation: 2, from: { server: "gone", generation: 1 } } },
    );
    stage.driver.start(run);
    expect((await exitOf(run)).outcome).toMatchObject({
      kind: "failed",
      cause: { origin: "infrastructure", code: "checkpoint-carry" },
    });
    expect(stage.told.of("RunStarted", run)).toEqual([]);
  });

  claim("a checkpoint folder that is not there is refused for good, and none is made by asking", async () => {
    const { driver } = stage;
    const asked = driver.readCheckpoint(
      "job-none",
      { server: driver.server, generation: 9 },
      AbortSignal.timeout(10_000),
    );
    await expect(asked).rejects.toThrow(CheckpointGone);
    const { folders } = await driver.connect(AbortSignal.timeout(10_000));
    expect(folders.filter(({ job }) => job === "job-none")).toEqual([]);
  });
}

function positionBehind(lines: readonly OutputLine[]): OutputPosition {
  const position: OutputPosition = {};
  for (const line of lines) position[line.stream] = line.position;
  return position;
}
