import { execFileSync } from "node:child_process";
import { request } from "node:http";
import { request as tlsRequest } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import { listTokens, revokeToken } from "../../src/store/settings.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Followed, type Json } from "./house.ts";

let house: ApiHouse;
beforeEach(async () => {
  house = await new ApiHouse().open();
});
afterEach(() => house.close());

const NEEDED = "an access token is needed: send Authorization: Bearer <token>";
const CLOSED = "nobody may come in while no access token exists: see `schedulearn token create`";
const COUNTING = "subscription { serverChanged { cursor } }";
/** There is something to follow at once when a server has joined. */
const EVENTS = 'subscription { events(after: "e:0") { cursor } }';
const readAll = async (items: AsyncIterableIterator<unknown>): Promise<void> => {
  for (;;) if ((await items.next()).done) return;
};
const refusedSocket = async (options: Parameters<ApiHouse["socket"]>[0]): Promise<Json> =>
  (await house.follow(COUNTING, {}, options).ended()).end;

describe("without tokens", () => {
  it("everybody on this machine may come in, as the server's user", async () => {
    expect((await house.ask("{ __schema { queryType { name } } }")).status).toBe(200);
    expect((await house.mutate("submitJob", { spec: { command: "true" } }, "job { user }")).job.user).toBe("ann");
  });

  it("no other address is listened on, and it is said how to get a token and TLS", async () => {
    const attempt = house.listen({ listen: { host: "0.0.0.0", port: 0, tls: null } });
    await expect(attempt).rejects.toThrow(DomainError);
    await expect(attempt).rejects.toThrow(/schedulearn token create.*listen\.tls.*reverse proxy/);
  });
});

describe("as soon as a token exists", () => {
  it("every request needs one: queries, introspection, streams", async () => {
    await house.newToken();
    for (const query of ["{ version }", "{ __schema { queryType { name } } }", "{ __typename }"]) {
      const answer = await house.ask(query);
      expect(answer.status).toBe(401);
      expect(answer.errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
    }
    expect(await refusedSocket({})).toMatchObject({ code: 4403, reason: NEEDED });
    expect((await house.ask("{ version }")).errors![0]!.message).toBe(NEEDED);
  });

  it.each(["slt_wrong", "", "'; drop table token; --"])("the token %j is no good", async (token) => {
    await house.newToken();
    const { status, errors } = await house.ask("{ version }", {}, { token });
    expect(status).toBe(401);
    expect(await refusedSocket({ token })).toMatchObject({ code: 4403, reason: errors![0]!.message });
  });

  it("a good one opens both ways in, and jobs are submitted in its name", async () => {
    const token = await house.newToken("carol");
    expect((await house.ask("{ version }", {}, { token })).status).toBe(200);
    const { data } = await house.ask(
      'mutation { submitJob(input: {spec: {command: "true"}}) { job { user } } }',
      {},
      { token },
    );
    expect(data.submitJob.job.user).toBe("carol");
    const followed = await house.follow("{ version }", {}, { token }).ended();
    expect([followed.items.length, followed.end]).toEqual([1, "complete"]);
  });

  it("a connection that was opened before that needs one for its next operation", async () => {
    await house.engines.join(aServer("alpha", 0));
    const client = house.socket();
    const open = client.iterate({ query: EVENTS });
    await open.next();
    await house.newToken();
    const [answer, stream] = [client.iterate({ query: "{ version }" }).next(), readAll(open)];
    await expect(answer).rejects.toBeDefined();
    await expect(stream).rejects.toMatchObject({ code: 4403, reason: NEEDED });
    await client.dispose();
  });

  it("another address is listened on", async () => {
    await house.newToken();
    await house.api.close();
    await house.listen({ listen: { host: "0.0.0.0", port: 0, tls: null } });
    expect(house.logged.join()).toContain("listen.tls");
    expect((await house.ask("{ version }")).status).toBe(401);
  });

  it("a connection that was opened before that is closed within seconds, though it asks nothing", async () => {
    await house.engines.join(aServer("alpha", 0));
    const followed = house.follow(EVENTS);
    await followed.has(1);
    await house.newToken();
    expect((await followed.ended()).end).toMatchObject({ code: 4403, reason: NEEDED });
  });

  it("the pages are shown, which ask for it themselves, and health is told without", async () => {
    await house.newToken();
    // The monitor is not built beside the sources, and that is said to whoever comes.
    expect(await (await fetch(new URL("/", house.api.url))).text()).toMatch(/monitor/);
    for (const path of ["/playground", "/healthz", "/readyz"])
      expect((await fetch(new URL(path, house.api.url))).status).toBe(200);
  });
});

describe("when a token is revoked", () => {
  const revoke = async (name: string): Promise<void> => {
    const { store } = house.engines;
    const { id } = (await listTokens(store)).find((token) => token.name === name)!;
    await revokeToken(store, id);
  };

  it("its open connections are closed, and no others", async () => {
    const [bob, carol] = [await house.newToken("bob"), await house.newToken("carol")];
    await house.engines.join(aServer("alpha", 0));
    const [bobs, carols] = [bob, carol].map((token) => house.follow(EVENTS, {}, { token })) as [Followed, Followed];
    await Promise.all([bobs.has(1), carols.has(1)]);
    await revoke("bob");
    expect((await bobs.ended()).end).toMatchObject({ code: 4403, reason: "the token was revoked" });
    const seen = carols.items.length;
    await house.ask('mutation { drainServer(input: {name: "alpha"}) { errors { code } } }', {}, { token: carol });
    await carols.has(seen + 1);
    carols.leave();
  });

  it("a connection that had it cannot even begin another operation", async () => {
    await house.engines.join(aServer("alpha", 0));
    const client = house.socket({ token: await house.newToken() });
    const open = client.iterate({ query: EVENTS }); // or the client would connect anew for the next operation
    await open.next();
    await revoke("bob");
    const [answer, stream] = [client.iterate({ query: "{ version }" }).next(), readAll(open)];
    await expect(answer).rejects.toBeDefined();
    await expect(stream).rejects.toMatchObject({ code: 4403, reason: "the token was revoked" });
    await client.dispose();
  });

  it("its connections end though it was the last, and others may then come in", async () => {
    const token = await house.newToken();
    await house.engines.join(aServer("alpha", 0));
    const followed = house.follow(EVENTS, {}, { token });
    await followed.has(1);
    await revoke("bob");
    expect((await followed.ended()).end).toMatchObject({ code: 4403, reason: "the token was revoked" });
    expect((await house.ask("{ version }")).status).toBe(200);
  });

  it("that was the last, a server which other machines can reach serves nobody until there is another", async () => {
    const token = await house.newToken();
    await house.api.close();
    await house.listen({ listen: { host: "0.0.0.0", port: 0, tls: null } });
    expect((await house.ask("{ version }", {}, { token })).status).toBe(200);
    await revoke("bob");
    for (const access of [{}, { token }]) {
      const answer = await house.ask("{ version }", {}, access);
      expect(answer).toMatchObject({ status: 403, errors: [{ message: CLOSED, extensions: { code: "FORBIDDEN" } }] });
      expect(await refusedSocket(access)).toMatchObject({ code: 4403, reason: CLOSED });
    }
    expect((await fetch(new URL("/healthz", house.api.url))).status).toBe(200);
    const next = await house.newToken();
    expect((await house.ask("{ version }", {}, { token: next })).status).toBe(200);
  });
});

/** A request with headers that fetch does not let one set. */
const raw = (headers: Record<string, string>, method = "POST"): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(
      house.api.url,
      { method, headers: { "content-type": "application/json", ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", reject);
    sent.end(method === "POST" ? '{"query":"{ version }"}' : undefined);
  });

describe("pages of others", () => {
  const stranger = "https://evil.example";

  it("may not ask, nor follow", async () => {
    const answer = await house.ask("{ version }", {}, { headers: { origin: stranger } });
    expect([answer.status, answer.errors![0]!.extensions.code]).toEqual([403, "FORBIDDEN"]);
    for (const origin of [stranger, "null", "http://localhost:1", "file://", "http://127.0.0.1.evil.example"])
      expect(await raw({ origin })).toBe(403);
    expect(String((await refusedSocket({ headers: { origin: stranger } })).message ?? "")).toContain("403");
  });

  it("may when they are named in allowOrigins", async () => {
    await house.api.close();
    await house.listen({ allowOrigins: [stranger] });
    expect(await raw({ origin: stranger })).toBe(200);
    const preflight = await fetch(house.api.url, {
      method: "OPTIONS",
      headers: { origin: stranger, "access-control-request-method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe(stranger);
    expect(await raw({ origin: "https://other.example" })).toBe(403);
  });

  it("its own pages may, by any name of this machine", async () => {
    const { port } = new URL(house.api.url);
    for (const origin of [`http://127.0.0.1:${port}`, `http://localhost:${port}`])
      expect(await raw({ origin })).toBe(200);
  });

  it("cannot reach it by a name of theirs that points here", async () => {
    const { port } = new URL(house.api.url);
    expect(await raw({ host: `evil.example:${port}` })).toBe(403);
    expect(await raw({ host: `evil.example:${port}`, origin: `http://evil.example:${port}` })).toBe(403);
    expect(await raw({ host: `localhost:${port}` })).toBe(200);
  });

  it("cannot ask by a form or a link", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
      expect(await raw({ "content-type": type })).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${house.api.url}?query={version}`)).status).toBe(400);
  });
});

describe("the address", () => {
  it("is refused with a remedy when its port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    await expect(house.listen({ listen: { host: "127.0.0.1", port, tls: null } })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is in use`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it("is served by HTTPS when there is a certificate", async () => {
    const [cert, key] = ["cert.pem", "key.pem"].map((name) => join(house.engines.folder, name)) as [string, string];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
      ],
      { stdio: "ignore" },
    );
    await house.api.close();
    await house.listen({ listen: { host: "127.0.0.1", port: 0, tls: { cert, key } } });
    expect(house.api.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const sent = tlsRequest(new URL("/healthz", house.api.url), { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject).end();
    });
    expect(status).toBe(200);
  });

  it("is refused when the certificate cannot be read", async () => {
    const tls = { cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" };
    await expect(house.listen({ listen: { host: "127.0.0.1", port: 0, tls } })).rejects.toThrow(/listen\.tls\.cert/);
  });
});
