import { afterAll, beforeAll, describe, test } from "vitest";
import { type Lab, type LabHost, type LabOptions, startLab } from "./docker-lab.ts";
import { labIsOwed, labReason } from "./reason.ts";

/** The lab of one test file. Its hosts exist while tests and their hooks run, not while the file is read. */
export interface SharedLab {
  /** Why there is no lab here; null when there is one. */
  reason: string | null;
  /** Throws outside of running tests. */
  readonly lab: Lab;
  readonly hosts: LabHost[];
  /** `describe` for what needs the lab: where there is none, one skipped test with the reason stands for its own. */
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
  const note = `no Docker lab here: ${reason}`;
  if (reason !== null) console.warn(`Tests are skipped, ${note}`);
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
      // Not `describe.skip`, which gives no reason; and the hooks in `tests` must not look for hosts that are not there.
      describe(title, reason === null ? tests : () => test("needs a Docker lab", ({ skip }) => skip(note)));
    },
  };
}
