import { PLAIN, type Recipe } from "./recipe.ts";

/** Kinds of jobs by name, all in one trace. */
export type Preset = Readonly<Record<string, Recipe>>;

const HOUR = 3600;

export const PRESETS: Readonly<Record<string, Preset>> = {
  /** One after the other, by chance. */
  plain: { jobs: PLAIN },
  /** A shared cluster like Microsoft's Philly: bursts of like jobs, mostly on one GPU, few of them long, some users with most of it. */
  philly: {
    jobs: {
      ...PLAIN,
      jobs: 1000,
      arrivals: { kind: "burst", numbers: [8, 15, 6_200] },
      duration: { kind: "philly", numbers: [] },
      gpus: [
        [1, 91],
        [2, 0.5],
        [4, 4],
        [8, 4.4],
        [16, 0.1],
      ],
      users: 40,
      skew: 1.3,
    },
  },
  /** A neural-architecture search over a background: within minutes, hundreds of short jobs of one user that are much alike. */
  nas: {
    background: { ...PLAIN, jobs: 120, arrivals: { kind: "poisson", numbers: [300] }, users: 12 },
    search: {
      ...PLAIN,
      jobs: 400,
      start: 2 * HOUR,
      arrivals: { kind: "even", numbers: [2] },
      duration: { kind: "lognormal", numbers: [900, 0.25] },
      gpus: [[1, 1]],
      models: [["cifar10", 1]],
      users: 1,
    },
  },
  /** A class before its deadline: small jobs of many, and more of them the nearer it is. */
  class: {
    students: {
      ...PLAIN,
      jobs: 300,
      arrivals: { kind: "deadline", numbers: [48 * HOUR] },
      duration: { kind: "lognormal", numbers: [1200, 0.8] },
      longest: 4 * HOUR,
      gpus: [
        [1, 85],
        [2, 11],
        [4, 4],
      ],
      models: [
        ["cifar10", 6],
        ["resnet50", 3],
        ["bert", 1],
      ],
      users: 60,
      skew: 0.3,
    },
  },
};
