import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import { Guard } from "../../src/api/guard.ts";
import { InFlight } from "../../src/api/in-flight.ts";
import { Visits } from "../../src/api/visits.ts";

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly closes: [number, string][] = [];
  close(code: number, reason: string): void {
    this.closes.push([code, reason]);
    this.readyState = 3;
    this.emit("close");
  }
}

const tokens = new Map<string, string>();
const find = vi.fn(async (secret: string) => {
  const name = tokens.get(secret);
  return name === undefined ? null : { id: name, name, createdAt: 0 };
});
const logged: string[] = [];
let visits: Visits;
beforeEach(() => {
  vi.useFakeTimers();
  for (const name of ["ann", "bob"]) tokens.set(`slt_${name}`, name);
  const guard = new Guard({
    tokens: { required: async () => tokens.size > 0, find },
    host: "127.0.0.1",
    allowOrigins: [],
    defaultUser: "nobody",
  });
  visits = new Visits(guard, new InFlight(), (message) => logged.push(message));
});
afterEach(() => void vi.useRealTimers());

async function visit(secret: string): Promise<FakeSocket> {
  const socket = new FakeSocket();
  expect(await visits.begin(socket as unknown as WebSocket, secret)).toBe(true);
  return socket;
}
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

it("asks once a second for each token, and not at all when nobody is connected", async () => {
  const sockets = [await visit("slt_ann"), await visit("slt_ann"), await visit("slt_bob")];
  find.mockClear();
  await seconds(3);
  expect(find).toHaveBeenCalledTimes(6);
  for (const socket of sockets) socket.close(1000, "");
  expect(vi.getTimerCount()).toBe(0);
});

it("puts out whose token is revoked within a second, and leaves no timer behind the last", async () => {
  const [ann, bob] = [await visit("slt_ann"), await visit("slt_bob")];
  tokens.delete("slt_ann");
  await seconds(1);
  expect([ann.closes, bob.closes]).toEqual([[[4403, "the token was revoked"]], []]);
  tokens.delete("slt_bob");
  await seconds(1);
  expect(bob.closes).toEqual([[4403, "the token was revoked"]]);
  expect(vi.getTimerCount()).toBe(0);
});

it("looks again after tokens could not be read", async () => {
  const ann = await visit("slt_ann");
  find.mockRejectedValueOnce(new Error("the disk is away"));
  await seconds(1);
  expect([ann.closes, logged]).toEqual([[], ["tokens cannot be looked at"]]);
  tokens.delete("slt_ann");
  await seconds(1);
  expect(ann.closes).toHaveLength(1);
});

it("counts nobody in who left while the token was looked up", async () => {
  const socket = new FakeSocket();
  const begun = visits.begin(socket as unknown as WebSocket, "slt_ann");
  socket.close(1000, "");
  expect(await begun).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
