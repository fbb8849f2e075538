import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { parseExposition, type Samples } from "../metrics/exposition.ts";
import { ApiHouse } from "./house.ts";

const house = new ApiHouse();

beforeAll(async () => {
  await house.open();
  await house.engines.join(aServer("alpha", 2, { cores: 4, memoryMiB: 4096 }));
});
afterAll(() => house.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, house.api.url), { headers });

async function scrape(): Promise<Samples> {
  const response = await get("/metrics");
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  return parseExposition(await response.text());
}

describe("/metrics", () => {
  test("is well-formed, has units in its names, and docs/metrics.md describes each of them and no other", async () => {
    const { families } = await scrape();
    for (const { name, type, help } of families) {
      expect(help, name).not.toBe("");
      if (type === "counter") expect(name).toMatch(/_total$/);
      expect(name).not.toMatch(/_(ms|millis|mib|kib|percent)(_|$)/);
    }
    const documented = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const listed = [...documented.matchAll(/^\| `(schedulearn_\w+)` \|/gm)].map(([, name]) => name);
    const own = families.map(({ name }) => name).filter((name) => name.startsWith("schedulearn_"));
    expect(listed.sort()).toEqual(own.sort());
  });

  test("the dashboard and the rules for alerts look at nothing that is not there", async () => {
    const { names } = await scrape();
    const read = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8");
    const dashboard = JSON.parse(read("grafana/schedulearn.json")) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    const rules = parse(read("prometheus/alerts.yml")) as { groups: { rules: { alert: string; expr: string }[] }[] };
    const asked = [
      ...dashboard.panels.flatMap(({ title, targets }) => (targets ?? []).map(({ expr }) => ({ who: title, expr }))),
      ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => ({ who: alert, expr }))),
    ];
    expect(asked.length).toBeGreaterThan(40);
    for (const { who, expr } of asked) {
      const named = expr.replace(/"[^"]*"/g, "").match(/\b(schedulearn|process|nodejs)_\w+/g) ?? [];
      if (who !== "SchedulearnAway") expect(named, `${who}: ${expr}`).not.toEqual([]);
      for (const name of named) expect(names, who).toContain(name);
      expect(expr.split("(").length, expr).toBe(expr.split(")").length);
    }
  });

  test("counts a job's life, and tells what is held while it runs", async () => {
    const before = await scrape();
    const id = await house.submit({ command: "sleep 60", gpus: { count: 1 }, cores: { count: 1 }, user: "mallory" });
    await house.engines.reaches(id, "running");
    const during = await scrape();
    expect(during.value("schedulearn_gpus", { server: "alpha", state: "leased" })).toBe(1);
    expect(during.value("schedulearn_gpus", { server: "alpha", state: "idle" })).toBe(1);
    expect(during.value("schedulearn_server_cores_granted", { server: "alpha" })).toBe(1);
    expect(during.value("schedulearn_server_up", { server: "alpha" })).toBe(1);
    expect(during.value("schedulearn_server_state", { server: "alpha", state: "down" })).toBe(0);
    expect(during.value("schedulearn_user_jobs", { user: "mallory", state: "placed" })).toBe(1);
    const waiting = await house.submit({ command: "true", gpus: { count: 2 }, cores: { count: 1 } });
    expect((await scrape()).value("schedulearn_queue_jobs", { waits_for: "room" })).toBe(1);
    await house.mutate("cancelJob", { id: waiting });
    await house.mutate("cancelJob", { id, graceSeconds: 0 });
    await house.engines.reaches(id, "cancelled");

    const failing = await house.submit({ command: "echo gone; exit 3", cores: { count: 1 }, type: "doomed" });
    await house.engines.reaches(failing, "failed");
    const counted = await until("all of it is counted", async () => {
      const now = await scrape();
      return now.value("schedulearn_type_jobs_ended_total", { type: "doomed", outcome: "failed" }) === 1 ? now : null;
    });
    const grown = (name: string, labels: Record<string, string> = {}): number =>
      (counted.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
    expect(grown("schedulearn_jobs_submitted_total")).toBe(3);
    expect(grown("schedulearn_jobs_ended_total", { outcome: "cancelled", policy: "fifo" })).toBe(2);
    expect(grown("schedulearn_job_failures_total", { origin: "application", code: "exit" })).toBe(1);
    expect(grown("schedulearn_job_queueing_delay_seconds_count", { policy: "fifo" })).toBe(2);
    expect(grown("schedulearn_job_completion_time_seconds_count", { policy: "fifo", outcome: "failed" })).toBe(1);
    expect(grown("schedulearn_runs_started_total", { reason: "submitted" })).toBe(2);
    expect(grown("schedulearn_log_lines_stored_total")).toBe(1);
    expect(grown("schedulearn_event_log_sequence")).toBe(
      house.engine.feed.head - (before.value("schedulearn_event_log_sequence") ?? 0),
    );
    for (const histogram of ["round_duration_seconds", "event_log_write_duration_seconds"])
      expect(grown(`schedulearn_${histogram}_count`)).toBeGreaterThan(0);
  });

  test("counts requests by what they ask for, and streams while they are open", async () => {
    const before = await scrape();
    const names = "graphql_operations_total";
    await house.ask("query Mine { version ...Rest } fragment Rest on Query { cluster { id } }");
    await house.ask('{ usage(server: "nowhere") { at } }');
    await house.ask("{ nonsense }");
    await get("/nothing/here");
    const stream = house.follow("subscription { events { type } }");
    const open = await until("it is open", async () => {
      const now = await scrape();
      return now.value("schedulearn_subscriptions_open", { stream: "events" }) === 1 ? now : null;
    });
    const grown = (name: string, labels: Record<string, string>): number =>
      (open.value(`schedulearn_${name}`, labels) ?? 0) - (before.value(`schedulearn_${name}`, labels) ?? 0);
    for (const operation of ["version", "cluster"])
      expect(grown(names, { operation, kind: "query", result: "ok" })).toBe(1);
    expect(grown(names, { operation: "usage", kind: "query", result: "error" })).toBe(1);
    expect(grown(names, { operation: "none", kind: "none", result: "error" })).toBe(1);
    expect(grown(names, { operation: "events", kind: "subscription", result: "ok" })).toBe(1);
    expect(grown("graphql_operation_duration_seconds_count", { kind: "query" })).toBe(2);
    expect(grown("http_requests_total", { path: "other", status: "404" })).toBe(1);
    expect(open.value("schedulearn_websocket_connections_open")).toBe(1);
    stream.leave();
    await until("it is closed", async () => {
      const now = await scrape();
      return now.value("schedulearn_subscriptions_open", { stream: "events" }) === 0;
    });
  });

  test("names that users choose cannot grow it without end", async () => {
    const names = Array.from({ length: 55 }, (_, i) => `user-${i}`);
    const ask = { gpus: { count: 2 }, cores: { count: 1 } };
    await Promise.all(names.map((user) => house.submit({ command: "sleep 60", user, ...ask })));
    const users = new Set((await scrape()).labels("schedulearn_user_jobs", "user"));
    expect(users.size).toBeLessThanOrEqual(51);
    expect(users).toContain("other");
    await house.engines.cancelAll();
  });

  test("wants a token where the API does, as Prometheus sends it", async () => {
    const token = await house.newToken("prometheus");
    expect((await get("/metrics")).status).toBe(401);
    expect((await get("/metrics", { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
  });
});
