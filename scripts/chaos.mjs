// chaos.mjs [--seed N] [--minutes M]: a storm of requests and faults over real Docker engines, then calm, then the verdict.
import { parseArgs } from "node:util";

const HELP = `Usage: npm run chaos -- [--seed N] [--minutes M]

Starts three real Docker engines and a server over them, asks it for everything at once while it and the engines are killed,
hung, cut off and filled up, lets all of it come to rest, and looks for a job, a line, a GPU, a container or a row that is not
as it should be. It needs what the tests of the Docker engines need: root, and Docker's packages.

Options:
  --seed N      what is asked and what breaks, in which order (default: by lot, and told)
  --minutes M   how long the storm lasts (default: 10)
  --help        this text
`;

const { values } = parseArgs({
  options: { seed: { type: "string" }, minutes: { type: "string", default: "10" }, help: { type: "boolean" } },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const minutes = Number(values.minutes);
if (!Number.isInteger(seed)) throw new TypeError(`--seed must be a whole number, not ${values.seed}`);
if (!(minutes > 0)) throw new TypeError(`--minutes must be above 0, not ${values.minutes}`);
console.log(`A storm of ${minutes} minutes, seed ${seed}.`);
process.env.SCHEDULEARN_CHAOS_SEED = `${seed}`;
process.env.SCHEDULEARN_CHAOS_SECONDS = `${minutes * 60}`;
process.argv.splice(2, process.argv.length, "test/chaos", "--silent=false");
await import("./test.mjs");
