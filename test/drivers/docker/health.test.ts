import { mkdtempSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Health } from "../../../src/core/server.ts";
import type { Clock } from "../../../src/core/time.ts";
import { Engine } from "../../../src/drivers/docker/engine/engine.ts";
import { HealthWatch } from "../../../src/drivers/docker/engine/health.ts";
import { until } from "../support.ts";

/** An engine that answers each ping as the script says: `+` does, `.` does not; when the script is at its end nothing is asked any more. */
class Scripted {
  readonly told: Health[] = [];
  isDone = false;
  readonly #server: Server;
  readonly #engine: Engine;
  readonly #watch: HealthWatch;
  #asked = 0;
  #now = 0;

  constructor(socket: string, script: string) {
    this.#server = createServer((request, response) => {
      if (script[this.#asked++] === "+") response.end("OK");
      else request.destroy();
    }).listen(socket);
    this.#engine = new Engine(`unix://${socket}`);
    const ping = this.#engine.ping.bind(this.#engine);
    this.#engine.ping = (signal) => ping(signal, 60_000); // an answer that comes late on a busy machine is one
    // Time passes as soon as somebody waits for it.
    const clock: Clock = {
      now: () => this.#now,
      at: (when, wake) => {
        const next = setImmediate(() => {
          this.#now = when;
          if (this.#asked < script.length) wake();
          else this.isDone = true; // the last answer is judged
        });
        return () => clearImmediate(next);
      },
    };
    this.#watch = new HealthWatch(this.#engine, clock, (health) => this.told.push(health));
    this.#watch.start("up");
  }

  close(): void {
    this.#watch.close();
    this.#engine.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let scripted: Scripted | null = null;
afterEach(() => scripted?.close());

const play = async (script: string): Promise<readonly Health[]> => {
  scripted?.close();
  const engine = new Scripted(join(mkdtempSync(join(tmpdir(), "health-")), "engine.sock"), script);
  scripted = engine;
  await until("the script is at its end", () => engine.isDone);
  return engine.told;
};

test("one ping without an answer is no news, however often that happens", async () => {
  expect(await play("++.++.+.+.+++.+")).toEqual([]);
});

test("two make an engine suspect, three mean that it is down, and the first answer that it is up", async () => {
  expect(await play("+..+++")).toEqual(["suspect", "up"]);
  expect(await play("+....+++")).toEqual(["suspect", "down", "up"]);
});

test("one that comes and goes must answer for longer each time before it counts as up", async () => {
  // Taken at its word it would have come and gone ten times.
  expect(await play("..+".repeat(10))).toEqual(["suspect", "up", "suspect"]);
  expect(await play("..+..++..++++")).toEqual(["suspect", "up", "suspect", "up", "suspect", "up"]);
});
