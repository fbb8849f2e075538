import { parseArgs } from "node:util";
import { loadConfig } from "./config/index.ts";
import { domainError } from "./core/errors.ts";
import { createToken, listTokens, revokeToken } from "./store/settings.ts";
import { openStore, type Store } from "./store/store.ts";

const HELP = `Usage: schedulearn token create [NAME] | ls | revoke ID   [--config FILE] [--data FOLDER] [--json]

Access tokens of the API. As soon as one exists, every request needs one:
  Authorization: Bearer TOKEN        for the SDK and the command line: SCHEDULEARN_TOKEN
A token is shown once, when it is made; only its hash is kept. A running server sees changes at once.
`;

/** Works on the database itself, since the first token is made before anybody may call the API. Returns the exit code. */
export async function tokenCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      config: { type: "string" },
      data: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const { config: file, data } = values;
  const { databaseFile } = loadConfig({ cwd: process.cwd(), env: process.env, file, flags: { data } });
  const store = await openStore(databaseFile);
  try {
    const answer = await act(store, positionals);
    process.stdout.write(values.json ? `${JSON.stringify(answer.json)}\n` : answer.text);
    return 0;
  } finally {
    await store.close();
  }
}

async function act(store: Store, [verb, subject]: readonly string[]): Promise<{ text: string; json: unknown }> {
  switch (verb) {
    case "create": {
      const token = await createToken(store, subject ?? "token", Date.now());
      return { json: token, text: `${token.secret}\n` };
    }
    case "ls": {
      const tokens = await listTokens(store);
      const rows = tokens.map(({ id, name, createdAt }) => `${id}  ${new Date(createdAt).toISOString()}  ${name}\n`);
      return {
        json: tokens,
        text: rows.join("") || "no tokens: the API is open on this machine, and listens nowhere else\n",
      };
    }
    case "revoke": {
      if (!subject || !(await revokeToken(store, subject)))
        throw domainError("NOT_FOUND", `there is no token ${subject ?? "(no id given)"}: see \`schedulearn token ls\``);
      return { json: { revoked: subject }, text: `revoked ${subject}\n` };
    }
    default:
      throw domainError("INVALID_INPUT", `unknown: token ${verb}; see \`schedulearn token --help\``);
  }
}
