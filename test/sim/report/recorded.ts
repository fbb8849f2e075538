import { parseCluster } from "../../../src/sim/cluster.ts";
import { type Conditions, experimentsOf, simulationOf } from "../../../src/sim/experiment.ts";
import { metricsOf } from "../../../src/sim/metrics.ts";
import { Recorder, type Report, type ReportedRun } from "../../../src/sim/report/index.ts";
import type { Stretch } from "../../../src/sim/report/stretches.ts";
import { parseCosts, parseGuards } from "../../../src/sim/settings.ts";
import { readTrace } from "../../../src/sim/traces/read.ts";

export interface Scene {
  readonly cluster: string;
  /** Rows of a trace with the columns that `HEADER` names. */
  readonly rows: readonly string[];
  readonly costs?: string;
}
const HEADER = "job_id,submit_time_s,num_gpus,duration_s,user,model";

/** What a policy makes of a scene, recorded. */
export function recorded(policy: string, { cluster, rows, costs = "none" }: Scene): ReportedRun {
  const servers = parseCluster(cluster);
  const conditions: Conditions = {
    file: "trace.csv",
    trace: readTrace("trace.csv", [HEADER, ...rows].join("\n")).jobs,
    servers,
    costs: parseCosts(costs),
    guards: parseGuards(costs === "none" ? "none" : "default"),
    speedups: null,
    exponent: 0.9,
    elastic: null,
    knowledge: null,
  };
  const [experiment] = experimentsOf([policy], [], ["consolidate"]);
  const recorder = new Recorder(servers);
  const simulation = simulationOf(experiment!, conditions, recorder.observe);
  simulation.run();
  const results = simulation.results();
  const gpus = servers.reduce((sum, server) => sum + server.gpus.length, 0);
  const metrics = metricsOf(results, { gpus, cores: 0, fragmentedGpuMillis: 0 });
  return { name: policy, metrics, results, recording: recorder.recording() };
}

export const aReport = (runs: readonly ReportedRun[], changes: Partial<Report> = {}): Report => ({
  title: "a report",
  command: "schedulearn simulate",
  settings: [],
  runs,
  ...changes,
});

/** Many jobs by the same rule each time. */
export const manyRows = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const [gap, size, duration] = [(i * 7919) % 97, 2 ** (i % 4), 60 + ((i * 104_729) % 3600)];
    return `job ${i},${i * 40 + gap},${size},${duration},user-${i % 5},model-${i % 3}`;
  });

/** As a run of so many jobs would look. */
export function aLargeRun(name: string, count: number): ReportedRun {
  const { results, recording, metrics } = recorded("fifo", { cluster: "16x8", rows: manyRows(50) });
  const many = Array.from({ length: count }, (_, i) => ({
    ...results[i % results.length]!,
    name: `a job of somebody, number ${i}`,
    submittedAt: i * 1_000,
    endedAt: i * 1_000 + 3_600_000 + ((i * 7919) % 10_000),
  }));
  const stretches = Array.from({ length: 8_000 }, (_, i): Stretch => {
    const from = i * 10_003;
    return {
      from,
      to: from + 3_600_007,
      row: (i * 8) % 120,
      rows: 8,
      job: Math.floor((i * count) / 8_000),
      phase: "train",
    };
  });
  const span = { begin: 0, end: 100_000_000 };
  return {
    name,
    metrics,
    results: many,
    recording: { ...recording, ...span, binMillis: 2 ** 18, stretches, stretchesLeftOut: 3 * count },
  };
}
