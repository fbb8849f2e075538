import { afterAll, beforeAll, describe } from "vitest";
import { type Lab, type LabHost, type LabOptions, startLab } from "./docker-lab.ts";
import { labIsOwed, labReason } from "./reason.ts";

/** The lab of one test file. Its hosts exist while tests and their hooks run, not while the file is read. */
export interface SharedLab {
  /** Why there is no lab here; null when there is one. */
  reason: string | null;
  /** Throws outside of running tests. */
  readonly lab: Lab;
  readonly hosts: LabHost[];
  /** `describe` for what needs the lab: skipped where there is none, with the reason in its title. */
  describe(title: string, tests: () => void): void;
}

/**
 * Gives a test file a lab: started before its first test, with both images on every host, and stopped after its last.
 * Where no lab can run the tests are skipped and the reason is printed; in CI, where Docker is installed and the tests
 * run as root, they fail instead.
 */
export function useLab(options: LabOptions): SharedLab {
  const reason = labReason();
  if (reason !== null && labIsOwed()) throw new Error(`CI must run the tests of the Docker lab, and cannot: ${reason}`);
  if (reason !== null) console.warn(`Skipped, no Docker lab here: ${reason}`);
  let lab: Lab | null = null;

  beforeAll(async () => {
    if (reason !== null) return;
    const started = await startLab(options);
    lab = started;
    await Promise.all(started.hosts.map((host) => started.loadImages(host)));
  }, 120_000);
  afterAll(() => lab?.stop(), 60_000);

  return {
    reason,
    get lab() {
      if (lab === null) throw new Error("the lab runs only while tests run");
      return lab;
    },
    get hosts() {
      return this.lab.hosts;
    },
    describe(title, tests) {
      describe.skipIf(reason !== null)(reason === null ? title : `${title} (skipped: ${reason})`, tests);
    },
  };
}
