import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse } from "./house.ts";

let house: ApiHouse;
beforeEach(async () => {
  house = await new ApiHouse().open();
});
afterEach(() => house.close());

describe("secrets", () => {
  it("reach the job and appear in no answer, event, line or log", async () => {
    await house.engines.join(aServer("alpha", 1));
    const secret = "hunter2-hunter2";
    const seen: string[] = [];
    const followed = house.follow('subscription { events(after: "e:0") { type body summary } }');
    const submitted = await house.ask(
      "mutation ($spec: JobSpecInput!) { submitJob(input: {spec: $spec}) { job { id env secretNames spec } errors { message } } }",
      { spec: { command: 'echo "the key is $KEY"; test -n "$KEY"', secrets: { KEY: secret } } },
    );
    seen.push(submitted.text);
    const { id } = submitted.data.submitJob.job;
    expect(submitted.data.submitJob.job).toMatchObject({ env: {}, secretNames: ["KEY"] });
    await until(
      "it has got its secret",
      async () => (await house.data("query ($id: ID!) { job(id: $id) { status } }", { id })).job.status === "COMPLETED",
    );
    await until("its end is told", () => followed.items.some(({ type }) => type === "RunExited"));
    const all = await house.ask(
      "query ($id: ID!) { job(id: $id) { spec env statusReason logs { lines { text } } runs { nodes { handle } } } events(first: 100) { body summary } }",
      { id },
    );
    seen.push(all.text, JSON.stringify(followed.items), house.logged.join("\n"));
    followed.leave();
    expect(all.data.job.logs.lines).toEqual([{ text: "the key is ***" }]);
    const faulty = await house.ask(
      "mutation ($spec: JobSpecInput!) { submitJob(input: {spec: $spec}) { job { id } errors { message path } } }",
      { spec: { command: "true", secrets: { KEY: { nested: secret } } } },
    );
    expect(faulty.data.submitJob.errors).toMatchObject([{ path: ["secrets", "KEY"] }]);
    seen.push(faulty.text);
    for (const text of seen) expect(text).not.toContain(secret);
  });
});

describe("our own failures", () => {
  it("are told by an id only, under which the log has the rest", async () => {
    await house.engines.store.fork().getConnection().execute("alter table migration rename to gone");
    const answer = await house.ask("{ migrations { totalCount } }");
    const [error] = answer.errors!;
    expect(error).toMatchObject({
      message: expect.stringMatching(/^internal error [0-9a-f]{12}/),
      extensions: { code: "INTERNAL" },
    });
    expect(answer.text).not.toMatch(/sql|gone|migration \(|\.ts|node_modules|stack/i);
    expect(house.logged.join("\n")).toContain(error!.extensions.id);
    const followed = await house.follow("{ migrations { totalCount } }").ended();
    expect(followed.errors[0].message).toMatch(/^internal error/);
    await house.engines.store.fork().getConnection().execute("alter table gone rename to migration");
  });
});

describe("the pages", () => {
  const page = async (path: string, headers = {}) => {
    const response = await fetch(new URL(path, house.api.url), { headers });
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      policy: response.headers.get("content-security-policy") ?? "",
      text: await response.text(),
    };
  };

  it.each([
    ["/playground", {}],
    ["/graphql", { accept: "text/html,*/*" }],
  ])("are shown at %s and load nothing from elsewhere", async (path, headers) => {
    const { status, type, policy, text } = await page(path, headers);
    expect([status, type]).toEqual([200, "text/html; charset=utf-8"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|script-src[^;]*unsafe/);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(text).not.toMatch(/<script>|\son\w+=/);
    const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file!);
    for (const file of files.filter((each) => /\.(js|css)$/.test(each))) expect((await page(file)).status).toBe(200);
  });

  it("have their scripts and the playground's workers on this server", async () => {
    for (const name of [
      "pages/token.js",
      "playground/editor-worker.js",
      "playground/json-worker.js",
      "playground/graphql-worker.js",
    ])
      expect(await page(`/${name}`)).toMatchObject({ status: 200, type: "text/javascript; charset=utf-8" });
  });

  it("tell whether the server lives and can record", async () => {
    expect(await page("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
    expect(await page("/readyz")).toMatchObject({ status: 200, text: "ready\n" });
    expect(await page("/nothing")).toMatchObject({ status: 404 });
  });
});
