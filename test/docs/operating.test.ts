import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const guide = readFileSync("docs/operating.md", "utf8");

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test("the unit is one that systemd takes", (context) => {
  context.skip(!hasSystemd, "it needs systemd-analyze");
  const unit = readFileSync("docs/systemd/schedulearn.service", "utf8");
  expect(unit).toMatch(/^KillMode=process$/m); // jobs of a process server outlive it
  const file = join(mkdtempSync(join(tmpdir(), "unit-")), "schedulearn.service");
  writeFileSync(file, unit.replace("/usr/local/bin/schedulearn", process.execPath));
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
  expect(stderr.split("\n").filter((line) => line.includes("schedulearn.service"))).toEqual([]);
  expect(status).toBe(0);
});

test("the messages that the troubleshooting table names are those of the program", () => {
  const sources = ["src", "clients/cli", "clients/sdk"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(folder, name), "utf8")),
  );
  const table = guide.slice(guide.indexOf("| symptom |"));
  const symptoms = table.split("\n").map((row) => row.split("|")[1] ?? "");
  const messages = symptoms.flatMap((symptom) =>
    [...symptom.matchAll(/`([^`/]+)`/g)].map(([, text]) => text as string),
  );
  const parts = messages
    .flatMap((message) => message.split("…").map((part) => part.trim()))
    .filter((part) => part !== "");
  expect(parts.length).toBeGreaterThan(8);
  for (const part of parts)
    expect(
      sources.some((text) => text.includes(part)),
      part,
    ).toBe(true);
});

test("what the guides of an operator link to is there", () => {
  for (const file of ["docs/operating.md", "docs/metrics.md", "docs/webhooks.md"])
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/\]\(([^)#]+)[^)]*\)/g))
      if (!target.startsWith("http")) expect(existsSync(join(dirname(file), target)), `${file}: ${target}`).toBe(true);
});
