// run.mjs ENTRY [argument…]: sets the clone up, then runs the entry in this very process, so that a signal reaches it.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { root, setUp } from "./setup.mjs";

setUp();
process.setSourceMapsEnabled(true);
const entry = resolve(root, process.argv[2]);
process.argv.splice(1, 2, entry);
await import(pathToFileURL(entry).href);
