// Prints docs/cli.md, made of the definitions of the commands.
import { Cli } from "../dist/clients/cli/cli.js";
import { programOf } from "../dist/clients/cli/main.js";
import { reference } from "../dist/clients/cli/reference.js";
import { serverSide } from "../dist/src/server-side.js";

const { signal } = new AbortController();
const { stdin, stdout, stderr } = process;
const program = programOf(new Cli({ stdin, stdout, stderr, env: {}, signal }, null));
stdout.write(await reference(program, serverSide.helpOf));
