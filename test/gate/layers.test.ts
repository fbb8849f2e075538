import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeClone, root } from "../setup/clone.ts";

/** Each file imports what its line says; `type` marks an import of types only. */
const imports: Record<string, string> = {
  "src/core/job.ts": "",
  "src/core/plan.ts": "./job.ts",
  "src/core/upward.ts": "../engine/engine.ts",
  "src/core/upward-type.ts": "type ../engine/engine.ts",
  "src/core/reads-settings.ts": "../config.ts",
  "src/core/uses-package.ts": "ws",
  "src/core/circle-a.ts": "type ./circle-b.ts",
  "src/core/circle-b.ts": "type ./circle-a.ts",
  "src/config.ts": "./core/job.ts",
  "src/progress/reads-file.ts": "node:fs",
  "src/progress/reads-file-by-old-name.ts": "fs",
  "src/progress/neighbour.ts": "../estimator/fit.ts",
  "src/estimator/fit.ts": "../core/job.ts",
  "src/policies/fifo.ts": "../estimator/fit.ts",
  "src/policies/neighbour.ts": "../placement/spread.ts",
  "src/placement/spread.ts": "../core/job.ts",
  "src/drivers/docker/neighbour.ts": "type ../../store/orm.ts",
  "src/store/orm.ts": "../config.ts",
  "src/store/upward.ts": "../main.ts",
  "src/engine/engine.ts": "../store/orm.ts",
  "src/engine/simulates.ts": "../sim/clock.ts",
  "src/sim/clock.ts": "../core/job.ts",
  "src/sim/lives.ts": "../engine/engine.ts",
  "src/sim/upward.ts": "../simulate/command.ts",
  "src/simulate/command.ts": "../sim/clock.ts",
  "src/api/schema.ts": "../engine/engine.ts",
  "src/api/neighbour.ts": "../sim/clock.ts",
  "src/main.ts": "./api/schema.ts",
  "src/main-knows-client.ts": "../clients/sdk/client.ts",
  "src/main-knows-tool.ts": "vitest",
  "src/attic/new-room.ts": "../core/job.ts",
  "clients/sdk/client.ts": "ws",
  "clients/sdk/knows-user.ts": "../cli/submit.ts",
  "clients/cli/submit.ts": "../sdk/client.ts",
  "clients/cli/knows-server.ts": "type ../../src/core/job.ts",
  "clients/cli/knows-monitor.ts": "../web/page.ts",
  "clients/web/page.ts": "../sdk/client.ts",
  "migrations/first.ts": "../src/store/orm.ts",
};

const rulesBroken = cruise();

test.each([
  ["an import that goes up a floor", "src/core/upward.ts", "floor-of-core"],
  ["an import of types only that goes up a floor", "src/core/upward-type.ts", "floor-of-core"],
  ["an import from the store to the main program", "src/store/upward.ts", "floor-of-store"],
  ["a core that reads the settings", "src/core/reads-settings.ts", "core-stands-alone"],
  ["a core that uses a package", "src/core/uses-package.ts", "core-stands-alone"],
  ["a circle of types", "src/core/circle-a.ts", "no-circle"],
  ["a pure room that imports a module of Node", "src/progress/reads-file.ts", "pure-rooms-do-no-io"],
  ["a pure room that imports it by its old name", "src/progress/reads-file-by-old-name.ts", "pure-rooms-do-no-io"],
  ["a policy that imports a placement", "src/policies/neighbour.ts", "floor-of-policies"],
  ["a driver that imports the store", "src/drivers/docker/neighbour.ts", "floor-of-drivers"],
  ["progress that imports the estimator", "src/progress/neighbour.ts", "floor-of-progress"],
  ["an engine that knows the simulator", "src/engine/simulates.ts", "floor-of-engine"],
  ["a simulator that knows the engine", "src/sim/lives.ts", "sim-and-engine-are-strangers"],
  ["a simulator that knows its command line", "src/sim/upward.ts", "floor-of-sim"],
  ["an API that knows the simulator", "src/api/neighbour.ts", "floor-of-api"],
  ["a server that knows a client", "src/main-knows-client.ts", "src-knows-no-clients"],
  ["a server that needs a development tool", "src/main-knows-tool.ts", "no-dev-dependency-at-run-time"],
  ["a folder that has no floor", "src/attic/new-room.ts", "every-folder-has-a-floor"],
  ["an SDK that knows a client", "clients/sdk/knows-user.ts", "sdk-stands-alone"],
  ["a client that knows the server's types", "clients/cli/knows-server.ts", "clients-know-no-src"],
  ["a client that knows another client", "clients/cli/knows-monitor.ts", "clients-use-the-sdk-only"],
  ["a schema migration that imports the source", "migrations/first.ts", "schema-migrations-stand-alone"],
])("%s is refused", (_claim, path, rule) => {
  expect(rulesBroken.get(path)).toContain(rule);
});

test("imports that go down, or stay in their room, are allowed", () => {
  const good = "job plan fifo spread fit orm engine clock command schema main config client submit page".split(" ");
  const paths = Object.keys(imports).filter((path) => good.some((name) => path.endsWith(`/${name}.ts`)));
  expect(paths).toHaveLength(good.length);
  for (const path of paths) expect(rulesBroken.get(path), path).toBeUndefined();
});

/** The rules that each file of {@link imports} breaks, by path. */
function cruise(): Map<string, string[]> {
  const files = Object.fromEntries(
    Object.entries(imports).map(([path, line]) => {
      const [target, kind] = line.split(" ").reverse();
      const statement = kind === undefined ? `import "${target}";` : `import type { Thing } from "${target}";`;
      return [path, `${target === "" ? "" : statement}\nexport interface Thing { id: string }\n`];
    }),
  );
  const folder = makeClone([".dependency-cruiser.cjs", "package.json"], files);
  const { stdout, stderr } = spawnSync(
    join(root, "node_modules/.bin/depcruise"),
    ["--config", ".dependency-cruiser.cjs", "--output-type", "json", "src", "clients", "migrations"],
    { cwd: folder, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 },
  );
  if (stdout === "") throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  const broken = new Map<string, string[]>();
  for (const { from, rule } of summary.violations) broken.set(from, [...(broken.get(from) ?? []), rule.name]);
  return broken;
}
