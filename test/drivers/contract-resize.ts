import { expect } from "vitest";
import type { RunOrder } from "../../src/core/command.ts";
import type { Share } from "../../src/core/server.ts";
import type { Stage } from "./contract-stage.ts";
import { Listener, Told, until } from "./support.ts";

const FOR_EVER = "while :; do sleep 0.1; done";
// biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
const SCHEDULEARN = "${SCHEDULEARN_DIR:-/schedulearn}";
const ALLOCATION = `${SCHEDULEARN}/allocation.json`;
/** Prints the grant as it is at each signal, with the processors that it and a process begun before may use. */
const TELLING = `
  unset OMP_NUM_THREADS # or nproc would count by it
  trap '' USR1 # the child is deaf to it from its first moment on
  (while :; do sleep 0.05; done) & child=$!
  cpus() { sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "/proc/$1/status"; }
  trap 'grep -o "generation\\":[0-9]*" ${ALLOCATION}; echo "$(nproc) cores"; [ "$(cpus self)" = "$(cpus $child)" ] && echo both' USR1
  echo ready; ${FOR_EVER}`;
const told = (generation: number, cores: number): string[] => [`generation":${generation}`, `${cores} cores`, "both"];

/** Another grant for a run, on the same server. */
export const resized = (run: RunOrder, generation: number, grant: Partial<Share> = {}): RunOrder => ({
  ...run,
  generation,
  on: run.on.map((share) => ({ ...share, ...grant })),
  leaving: run.on,
});

/** Another size without a restart. */
export function claimResize(stage: Stage): void {
  const { claim, job, begin, exitOf } = stage;
  const live = { elasticity: "live", resizeSignal: "SIGUSR1" } as const;
  const answers = (run: RunOrder, count: number, from: Told = stage.told) =>
    until(`${count} resizes are answered`, () => {
      const answered = from.of("RunResized", run).map(({ generation }) => generation);
      return answered.length >= count ? answered : null;
    });

  claim("a resized run has its cores with all its processes, finds its grant, and is told of it", async () => {
    const run = job(TELLING, live);
    const listener = begin(run);
    await listener.heard("ready");
    stage.driver.resize(resized(run, 2, { cores: [0, 1] }));
    await until("it was told", () => listener.texts("stdout").includes("both"));
    stage.driver.resize(resized(run, 3, { cores: [1] }));
    await until("it was told again", () => listener.texts("stdout").length >= 7);
    expect(listener.texts("stdout")).toEqual(["ready", ...told(2, 2), ...told(3, 1)]);
    expect(await answers(run, 2)).toEqual([2, 3]);
    expect(stage.told.of("RunExited", run)).toEqual([]);
  });

  claim("a resize that is told twice is done once and answered twice, an older one is only answered", async () => {
    const run = job(TELLING, live);
    const listener = begin(run);
    await listener.heard("ready");
    const [second, third] = [resized(run, 2), resized(run, 3, { cores: [0, 1] })];
    stage.driver.resize(second);
    await answers(run, 1);
    await until("it was told", () => listener.texts("stdout").includes("both"));
    for (const order of [third, third, second]) stage.driver.resize(order);
    expect((await answers(run, 4)).sort()).toEqual([2, 2, 3, 3]); // the older one need not wait for the newer
    await until("it was told of the third", () => listener.texts("stdout").length >= 7);
    const last = resized(run, 4, { cores: [0, 1] });
    stage.driver.resize(last);
    await answers(run, 5);
    await until("it was told of the last", () => listener.texts("stdout").length >= 10);
    expect(listener.texts("stdout")).toEqual(["ready", ...told(2, 1), ...told(3, 2), ...told(4, 2)]);
  });

  claim("a run without a signal for it is resized in silence", async () => {
    // It stays until it is told to end: a resize is not answered any more once the run is over.
    const run = job(
      `echo ready; while ! grep -q 'generation":2' ${ALLOCATION}; do sleep 0.1; done; echo resized
       while [ ! -e ${SCHEDULEARN}/stop_requested ]; do sleep 0.1; done; exit 0`,
      { elasticity: "live" },
    );
    const listener = begin(run);
    await listener.heard("ready");
    stage.driver.resize(resized(run, 2));
    expect(await answers(run, 1)).toEqual([2]);
    await listener.heard("resized");
    stage.driver.stop(run, "SIGCONT", 60);
    expect(await exitOf(run)).toMatchObject({ outcome: { kind: "stopped" }, exitCode: 0 });
  });

  claim("a paused run is resized as it stands, and goes on with its new grant when it is resumed", async () => {
    const tick = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";
    const [run, sibling] = [job(TELLING.replace(FOR_EVER, tick), live), job(tick)];
    const [listener, clock] = [begin(run), begin(sibling)];
    await listener.heard("2");
    stage.driver.pause(run);
    stage.driver.resize(resized(run, 2, { cores: [0, 1] }));
    expect(await answers(run, 1)).toEqual([2]);
    let [frozenAt, since] = [-1, 0];
    await until("the paused run prints nothing while its sibling prints ten lines", () => {
      if (listener.lines.length !== frozenAt) [frozenAt, since] = [listener.lines.length, clock.lines.length];
      return clock.lines.length >= since + 10;
    });
    expect(listener.texts()).not.toContain('generation":2');
    stage.driver.resume(run);
    await listener.heard("both");
    expect(listener.texts()).toEqual(expect.arrayContaining(told(2, 2)));
    expect(stage.told.of("RunPauseFailed", run)).toEqual([]);
  });

  claim("whoever reads the grant while it is replaced finds the one or the other, whole", async () => {
    const run = job(`
      echo ready
      while :; do
        n=0; last=
        { while read -r line; do n=$((n+1)); last=$line; done; } < ${ALLOCATION}
        [ "$n $last" = "3 ]}" ] || echo "torn: $n $last"
      done`);
    const listener = begin(run);
    await listener.heard("ready");
    for (let generation = 2; generation <= 13; generation++) {
      stage.driver.resize(resized(run, generation));
      await answers(run, generation - 1);
    }
    stage.driver.stop(run, "SIGTERM", 0);
    await listener.done;
    expect(listener.texts()).toEqual(["ready"]);
  });

  claim("GPUs that are to be let go of are free only after the checkpoint's grace, all else at once", async () => {
    const checkpoint = { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 1 };
    const run = job(FOR_EVER, { ...live, resizeSignal: null, checkpoint });
    begin(run);
    await stage.told.first("RunStarted", run);
    const gpus = [`${stage.driver.server}/0`];
    const leaving = run.on.map((share) => ({ ...share, gpus }));
    const since = Date.now();
    stage.driver.resize({ ...resized(run, 2), leaving });
    stage.driver.resize({ ...resized(run, 2), leaving });
    expect(await answers(run, 2)).toEqual([2, 2]);
    for (const { at } of stage.told.of("RunResized", run)) expect(at).toBeGreaterThanOrEqual(since + 1_000);

    const patient = { ...run, spec: { ...run.spec, checkpoint: { ...checkpoint, graceSeconds: 3_600 } } };
    stage.driver.resize({ ...resized(patient, 3), leaving: null });
    expect(await answers(run, 3)).toEqual([2, 2, 3]);
  });

  claim("a resize of a run that is not there, or over, does no harm and is not answered", async () => {
    const [never, over, next] = [job("exit 0"), job("exit 0"), job("exit 0")];
    stage.driver.start(over);
    await exitOf(over);
    for (const run of [never, over]) stage.driver.resize(resized(run, 2));
    stage.driver.start(next);
    await exitOf(next);
    for (const run of [never, over]) expect(stage.told.of("RunResized", run)).toEqual([]);
    expect(stage.told.of("RunExited", never)).toEqual([]);
    await exitOf(over);
  });

  claim("a stop that crosses a resize ends the run once, and nothing is told of it afterwards", async () => {
    const run = job(FOR_EVER, live);
    begin(run);
    await stage.told.first("RunStarted", run);
    stage.driver.resize(resized(run, 2));
    stage.driver.stop(run, "SIGTERM", 0);
    stage.driver.resize(resized(run, 3));
    expect((await exitOf(run)).outcome).toEqual({ kind: "stopped" });
    const next = job("exit 0");
    stage.driver.start(next);
    await exitOf(next);
    const types = stage.told.all.filter((event) => "job" in event && event.job === run.job).map(({ type }) => type);
    expect(types.at(-1)).toBe("RunExited");
  });

  claim("the next life of a server brings a resize that it is told again to the same end", async () => {
    const run = job(TELLING, live);
    await begin(run).heard("ready");
    const order = resized(run, 2, { cores: [0, 1] });
    stage.driver.resize(order);
    for (let life = 2; life <= 3; life++) {
      await stage.driver.close();
      const later = new Told();
      stage.driver = await stage.house.connect(stage.bench.servers[0], later);
      stage.driver.adopt(order);
      stage.driver.resize(order);
      stage.driver.resume(run);
      expect(await answers(run, 1, later)).toEqual([2]);
    }
    const listener = new Listener(stage.driver, run);
    await listener.heard("both");
    expect(new Set(listener.texts("stdout"))).toEqual(new Set(["ready", ...told(2, 2)]));
  });
}
