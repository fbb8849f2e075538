import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WebhookConfig, WebhookEvent } from "../../src/config/index.ts";
import { ApiHouse } from "../api/house.ts";
import { runCli } from "../clients/cli/run-cli.ts";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { Receiver, told } from "./receiver.ts";

const SECRET = "a secret of the test";
const ENDS: readonly WebhookEvent[] = ["JobCompleted", "JobFailed", "JobCancelled"];

let house: ApiHouse;
let receiver: Receiver;

const hook = (given: Partial<WebhookConfig> = {}): WebhookConfig => ({
  name: "board",
  url: receiver.url,
  secret: SECRET,
  events: ENDS,
  format: "json",
  timeoutSeconds: 60,
  ...given,
});

async function open(...webhooks: readonly WebhookConfig[]): Promise<void> {
  house.webhookConfigs = webhooks;
  await house.open();
  await house.engines.join(aServer("alpha", 0, { cores: 4, memoryMiB: 4096 }));
}
const run = (command: string, more = {}): Promise<string> => house.submit({ command, cores: { count: 1 }, ...more });
const board = async () =>
  (await house.data("{ webhooks { name url pending deliveredAt lastError failingSince delivered } }")).webhooks[0];

beforeEach(async () => {
  house = new ApiHouse();
  receiver = await Receiver.open();
});
afterEach(async () => {
  await house.close();
  await receiver.close();
});

/** Code of the documentation, by its language. */
function snippet(language: string): string {
  const text = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8");
  const found = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text)?.[1];
  if (!found) throw new Error(`docs/webhooks.md has no ${language}`);
  return found;
}

describe("webhooks", () => {
  test("are told how jobs ended, without secrets, signed so that the documented code believes it and nothing else", async () => {
    await open(hook({ events: ["JobSubmitted", "JobStarted", ...ENDS] }));
    const id = await run("echo done", {
      secrets: { KEY: "hunter2hunter2" },
      env: { MODE: "hidden-mode" },
      name: "tiny",
      user: "ada",
    });
    await until("its end is told", () => receiver.taken.length === 3);
    expect(receiver.taken).toEqual([`JobSubmitted ${id}`, `JobStarted ${id}`, `JobCompleted ${id}`]);
    const { headers, body } = receiver.received.at(-1)!;
    const payload = JSON.parse(body.toString());
    expect(payload).toMatchObject({
      event: "JobCompleted",
      delivery: headers["schedulearn-delivery"],
      message: expect.stringMatching(new RegExp(`^${id} \\(tiny\\) of ada has completed after \\d+ s$`)),
      job: { id, name: "tiny", user: "ada", status: "completed", attempt: 1, failure: null },
    });
    for (const hidden of ["hunter2", "hidden-mode", "echo done"]) expect(body.toString()).not.toContain(hidden);

    const module = `data:text/javascript,${encodeURIComponent(snippet("js"))}`;
    const { isGenuine } = await import(/* @vite-ignore */ module);
    const late = Date.now() / 1000 + 1000;
    const other = Buffer.from(body.toString().replace("completed", "failed"));
    const verdicts = [
      isGenuine(headers, body, SECRET),
      isGenuine(headers, other, SECRET),
      isGenuine(headers, body, "another secret"),
      isGenuine(headers, body, SECRET, late),
      isGenuine({}, body, SECRET),
    ];
    expect(verdicts).toEqual([true, false, false, false, false]);
    const program = `${snippet("python")}
import base64, json, sys
given = json.load(sys.stdin)
headers, body, other = given["headers"], base64.b64decode(given["body"]), base64.b64decode(given["other"])
print(json.dumps([is_genuine(headers, body, given["secret"]), is_genuine(headers, other, given["secret"]),
  is_genuine(headers, body, "another secret"), is_genuine(headers, body, given["secret"], given["late"]), is_genuine({}, body, given["secret"])]))`;
    const input = JSON.stringify({
      headers,
      body: body.toString("base64"),
      other: other.toString("base64"),
      secret: SECRET,
      late,
    });
    const python = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
    expect(python.stderr).toBe("");
    expect(JSON.parse(python.stdout)).toEqual([true, false, false, false, false]);
  });

  test("are told again after an error, a redirect and a cut, in order, with the same delivery; the list says what is wrong", async () => {
    await open(hook());
    receiver.answers = [500, null, 302, ...Array(100).fill(503)];
    const first = await run("exit 3");
    await house.engines.reaches(first, "failed");
    const second = await run("true");
    await house.engines.reaches(second, "completed");
    const failing = await until("the list tells", async () => {
      const state = await board();
      return state.lastError !== null && state.pending >= 2 ? state : null;
    });
    expect(failing.url).toBe(`http://127.0.0.1:${receiver.port}/…`);
    expect(failing.failingSince).not.toBeNull();
    receiver.answers = receiver.answers.filter((status) => status !== 503);
    await until("both are told", () => receiver.taken.length === 2);
    expect(receiver.taken).toEqual([`JobFailed ${first}`, `JobCompleted ${second}`]);
    const tries = receiver.received.length - 1;
    expect(tries).toBeGreaterThanOrEqual(4);
    expect(receiver.received.map(told)).toEqual([...Array(tries).fill(`JobFailed ${first}`), `JobCompleted ${second}`]);
    const deliveries = receiver.received.map(({ headers }) => headers["schedulearn-delivery"]);
    expect(new Set(deliveries).size).toBe(2);
    await until("all is well", async () => (await board()).pending === 0);
    expect(await board()).toMatchObject({ lastError: null, failingSince: null, delivered: 2 });
    const listed = await runCli(["webhooks"], { url: house.api.url });
    expect(listed.out).toMatch(/^NAME +URL +EVENTS +PENDING +DELIVERED +LAST ERROR\n/);
    expect(listed.out).toMatch(/\nboard +http:\/\/127\.0\.0\.1:\d+\/… .* 0 +\S.* none\n$/);
    expect(house.logged.filter((line) => line.includes("webhook")).map((line) => line.split(" {")[0])).toEqual([
      "warn a webhook does not take what it is told; it is tried again",
      "info a webhook takes what it is told again",
    ]);
  });

  test("one that does not answer holds up neither jobs nor the others; each is told in its own way", async () => {
    const dead = await Receiver.open();
    const url = dead.url;
    await dead.close();
    await open(
      hook({ name: "dead", url }),
      hook({ name: "chat", format: "slack", secret: undefined as never }),
      hook({ name: "line", format: "text" }),
    );
    const id = await run("true", { name: "quick" });
    await house.engines.reaches(id, "completed");
    await until("both are told", () => receiver.received.length === 2);
    const bodies = receiver.received.map(({ body }) => body.toString());
    expect(
      bodies.some((body) => JSON.parse(`[${body.startsWith("{") ? body : "0"}]`)[0].text?.startsWith(`${id} (quick)`)),
    ).toBe(true);
    expect(bodies.some((body) => body.startsWith(`${id} (quick)`) && body.endsWith("\n"))).toBe(true);
    const unsigned = receiver.received.find(({ headers }) => headers["content-type"] === "application/json");
    expect(unsigned?.headers["schedulearn-signature"]).toBeUndefined();
    const tested = async (name: string) =>
      (await house.mutate("testWebhook", { name }, "test { taken problem }")) as {
        test: unknown;
        errors: { message: string }[];
      };
    expect((await tested("line")).test).toEqual({ taken: true, problem: null });
    expect((await tested("dead")).test).toEqual({ taken: false, problem: expect.stringContaining("ECONNREFUSED") });
    const refused = await runCli(["webhooks", "test", "dead"], { url: house.api.url });
    expect(refused).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^dead did not take the test: .*ECONNREFUSED/),
    });
    expect((await tested("nobody")).errors[0]!.message).toBe("there is no webhook nobody; there are: dead, chat, line");
  });

  test("what ended while nobody could be told is told as it ended, whatever has become of the job since", async () => {
    await open(hook());
    receiver.answers = Array(100).fill(503);
    const deleted = await run("exit 4");
    await house.engines.reaches(deleted, "failed");
    await house.mutate("deleteJob", { id: deleted }, "deletedJobId");
    const revived = await run("test -e again || { touch again; exit 5; }");
    await house.engines.reaches(revived, "failed");
    await house.mutate("retryJob", { id: revived });
    await house.engines.reaches(revived, "completed", "failed");
    receiver.answers = [];
    await until("all is told", () => receiver.taken.length === 3);
    expect(receiver.taken.slice(0, 2)).toEqual([`JobFailed ${deleted}`, `JobFailed ${revived}`]);
    const jobs = receiver.received
      .filter(({ status }) => status === 200)
      .map(({ body }) => JSON.parse(body.toString()).job);
    expect(jobs.map(({ status, failure }) => [status, failure?.code ?? null]).slice(0, 2)).toEqual([
      ["failed", "exit"],
      ["failed", "exit"],
    ]);
  });
});
