import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/config/check.ts";
import { guardsFrom } from "../../src/config/index.ts";
import { DEFAULT_GUARDS, type Guards } from "../../src/core/guards.ts";
import { messagesOf } from "../input/refused.ts";

const guardsOf = (text = ""): Guards =>
  guardsFrom(checkConfig({ file: { path: "/s.yaml", text }, cwd: "/", env: {} }).scheduling);

describe("what keeps a policy from moving work about for little", () => {
  test("is what the scheduler takes by itself, unless the file says otherwise", () => {
    expect(guardsOf()).toEqual(DEFAULT_GUARDS);
  });

  test.each<[string, Partial<Guards>]>([
    ["planSpacingSeconds: 0.5", { planSpacingMillis: 500 }],
    ["cooldownSeconds: 0", { cooldownMillis: 0 }],
    ["horizonSeconds: 60", { horizonMillis: 60_000 }],
    ["restartFactor: 1.5", { restartFactor: 1.5 }],
    ["endFactor: 0", { endFactor: 0 }],
    ["migrationRestSeconds: 1", { migrationRestMillis: 1000 }],
    ["migrationGainSeconds: 2", { migrationGainMillis: 2000 }],
    ["migrationGainFraction: 0.2", { migrationGainFraction: 0.2 }],
    ["maxMigrations: 0", { maxMigrations: 0 }],
    ["maxConcurrentMigrations: 3", { maxConcurrentMigrations: 3 }],
    ["maxTransitions: 4", { maxTransitions: 4 }],
    ["corePreemption: stop", { pauseCores: false }],
  ])("%s changes that and nothing else", (line, guards) => {
    expect(guardsOf(`scheduling: {${line}}`)).toEqual({ ...DEFAULT_GUARDS, ...guards });
  });

  test.each([
    ["cooldownSeconds: -1", "cooldownSeconds: must be at least 0"],
    ["horizonSeconds: 0", "horizonSeconds: must be at least 1"],
    ["maxTransitions: 0", "maxTransitions: must be at least 1"],
    ["maxMigrations: 1.5", "maxMigrations: must be a whole number"],
    ["migrationGainFraction: 10", "migrationGainFraction: must be at most 1"],
    ["corePreemption: freeze", "corePreemption: must be one of pause or stop"],
    ["cooldownSecond: 1", "cooldownSecond: unknown, did you mean cooldownSeconds?"],
  ])("is refused as %s, with its line", (line, message) => {
    expect(messagesOf(() => guardsOf(`scheduling:\n  ${line}`))).toEqual([`s.yaml:2:3: scheduling.${message}`]);
  });
});
