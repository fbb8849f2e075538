import type { Request, Response } from "express";
import type { Clock, Instant, Millis } from "../core/time.ts";
import type { Check, House } from "./house.ts";

/** Anybody may ask, so it is not looked into more often than this. */
const FRESH: Millis = 1_000;

/** Whether the process lives: whoever gets this answer knows. */
export const health =
  (house: House) =>
  (request: Request, response: Response): void => {
    if (request.query.verbose === undefined) return void response.type("text/plain").send("ok\n");
    const { version, startedAt, clock } = house;
    response.json({ status: "ok", version, uptimeSeconds: Math.floor((clock.now() - startedAt) / 1000) });
  };

/** Whether it is of use: 200 or 503, with what is wrong. */
export function readiness(house: House): (request: Request, response: Response) => Promise<void> {
  const checks = new Checks(house.clock, house.checks);
  return async (request, response) => {
    const all = house.isStopping
      ? [{ name: "server", ok: false, detail: "it is shutting down" }]
      : [{ name: "server", ok: true, detail: "it serves requests" }, ...(await checks.look())];
    const wrong = all.filter(({ ok }) => !ok);
    response.status(wrong.length === 0 ? 200 : 503);
    if (wrong.length > 0) response.set("Retry-After", "5");
    if (request.query.verbose !== undefined)
      return void response.json({ status: wrong.length === 0 ? "ready" : "not ready", checks: all });
    const text = wrong.map(({ name, detail }) => `${name}: ${detail}\n`).join("");
    response.type("text/plain").send(text || "ready\n");
  };
}

class Checks {
  readonly #clock: Clock;
  readonly #look: () => Promise<readonly Check[]>;
  #last: { readonly at: Instant; readonly found: Promise<readonly Check[]> } | null = null;

  constructor(clock: Clock, look: () => Promise<readonly Check[]>) {
    this.#clock = clock;
    this.#look = look;
  }

  look(): Promise<readonly Check[]> {
    const now = this.#clock.now();
    if (!this.#last || this.#last.at < now - FRESH) this.#last = { at: now, found: this.#look() };
    return this.#last.found;
  }
}
