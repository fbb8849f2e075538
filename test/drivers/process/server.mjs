// server.mjs OPTIONS ORDER: a server with a process driver and nothing else, to be killed. Starts one run, prints `started`.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const [options, order] = process.argv.slice(2).map((text) => JSON.parse(text));
const driver = fileURLToPath(new URL("../../../src/drivers/process/driver.ts", import.meta.url));
const { module } = await runnerImport(driver, { configFile: false, logLevel: "error" });
const server = module.processDriver({
  ...options,
  context: {
    cluster: "contract",
    clock: { now: () => Date.now() },
    emit: ({ type }) => type === "RunStarted" && console.log("started"),
    secrets: async () => ({}),
    log: console.error,
  },
});
await server.connect(new AbortController().signal);
server.start(order);
setInterval(() => {}, 60_000); // a server stays
