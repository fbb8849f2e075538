import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AuthError, createClient, type SchedulearnClient } from "../../../clients/sdk/index.ts";
import { createToken, revokeToken } from "../../../src/store/settings.ts";
import { openStore } from "../../../src/store/store.ts";
import { type House, startHouse, wireTo } from "../house.ts";

const run = promisify(execFile);
let house: House;
let client: SchedulearnClient;

beforeAll(async () => {
  house = await startHouse({ servers: "alpha=local" });
  client = createClient({ url: house.url });
});
afterAll(async () => {
  client.close();
  await house.end();
});

test("a connection that goes silent without an end is given up for another, and no line is lost or doubled", async () => {
  const wire = await wireTo(house.url);
  const keepAlive = { pingMillis: 100, pongMillis: 300 };
  const reader = createClient({ url: wire.url, keepAlive, retry: { firstMillis: 1, maxMillis: 20 } });
  const file = join(house.folder, "thawed");
  const job = await client.submit({
    command: `i=0; while [ ! -e ${file} ]; do i=$((i+1)); echo "line $i"; sleep 0.01; done; echo "end $i"`,
  });
  const lines: string[] = [];
  let connections = 0;
  for await (const { text } of reader.followLines(job.id)) {
    lines.push(text);
    if (wire.connections() === connections) continue;
    connections = wire.connections();
    if (connections <= 2) wire.freeze();
    else writeFileSync(file, "");
  }
  const count = lines.length - 1;
  expect(lines).toEqual([...Array.from({ length: count }, (_, i) => `line ${i + 1}`), `end ${count}`]);
  reader.close();
  wire.close();
});

test("a token that is revoked in the middle of a stream ends it with an AuthError, without another try", async () => {
  const store = await openStore(house.databaseFile);
  const keep = await createToken(store, "operator", Date.now());
  const lend = await createToken(store, "ada", Date.now());
  const [operator, ada] = [keep, lend].map(({ secret: token }) =>
    createClient({ url: house.url, token, retry: { onRetry: ({ reason }) => retries.push(reason) } }),
  ) as [SchedulearnClient, SchedulearnClient];
  const retries: string[] = [];
  const job = await ada.submit({ command: "echo first; sleep 60" });
  const lines = ada.followLines(job.id);
  expect((await lines.next()).value).toMatchObject({ text: "first" });
  const rest = lines.next().catch((error: unknown) => error);
  await revokeToken(store, lend.id);
  expect(await rest).toBeInstanceOf(AuthError);
  expect(retries).toEqual([]);
  await operator.delete(job.id, 0);
  await revokeToken(store, keep.id);
  await store.close();
  operator.close();
  ada.close();
});

const LINES = 200_000;
/** Reads nothing until all has been printed; then everything, with pauses. */
const slowReader = (id: string): string => `
  import { createClient } from ${JSON.stringify(resolve("dist/clients/sdk/index.js"))};
  const client = createClient();
  let n = 0;
  for await (const { text } of client.followLines("${id}")) {
    if (n === 0) await client.waitFor("${id}");
    if (!text.startsWith(\`\${++n} \`)) throw new Error(\`line \${n} is \${text}\`);
    if (n % 10_000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log(n);`;

test("a reader slower than 200,000 lines gets each once, in order, in a heap that could not hold them", async () => {
  const words =
    "of a job that prints as fast as it can, and more than its reader could keep in memory at once: loss=0.123456";
  const job = await client.submit({ command: `seq -f "%.0f ${words}" ${LINES}` });
  const args = ["--max-old-space-size=40", "--input-type=module", "-e", slowReader(job.id)];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, SCHEDULEARN_URL: house.url } });
  expect(Number(stdout)).toBe(LINES);
});
