import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "./config/index.ts";
import { domainError } from "./core/errors.ts";
import { createToken, listTokens, revokeToken, type Token } from "./store/settings.ts";
import { openStore, type Store } from "./store/store.ts";

export const TOKEN_HELP = `Usage: schedulearn token create [NAME] | ls | revoke ID|NAME   [--config FILE] [--data FOLDER] [--json]

Access tokens of the API. As soon as one exists, every request needs one:
  Authorization: Bearer TOKEN        for the SDK and the command line: SCHEDULEARN_TOKEN
A token is shown once, when it is made; only its hash is kept. A running server sees changes at once.
`;

const VERBS: readonly string[] = ["create", "ls", "revoke"];

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
    process.stdout.write(TOKEN_HELP);
    return values.help ? 0 : 2;
  }
  const { config: file, data } = values;
  const { databaseFile } = loadConfig({ cwd: process.cwd(), env: process.env, file, flags: { data } });
  const [verb = ""] = positionals;
  if (!VERBS.includes(verb))
    throw domainError("INVALID_INPUT", `unknown: token ${verb}; see \`schedulearn token --help\``);
  if (verb !== "create" && !existsSync(databaseFile))
    throw domainError("NOT_FOUND", `there is no database in ${dirname(databaseFile)} yet, and so there are no tokens`);
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
      return { json: { ...shown(token), token: token.secret }, text: `${token.secret}\n` };
    }
    case "ls": {
      const tokens = (await listTokens(store)).map(shown);
      const rows = tokens.map(({ id, createdAt, name }) => row(id, createdAt, name));
      return {
        json: tokens,
        text:
          rows.length > 0
            ? row("ID", "CREATED", "NAME") + rows.join("")
            : "no tokens: the API is open on this machine, and listens nowhere else\n",
      };
    }
    default: {
      if (!subject) throw domainError("INVALID_INPUT", "which token? see `schedulearn token ls`");
      const id = idOf(subject, await listTokens(store));
      await revokeToken(store, id);
      return { json: { revoked: id }, text: `revoked ${subject}\n` };
    }
  }
}

const shown = ({ id, name, createdAt }: Token) => ({ id, name, createdAt: new Date(createdAt).toISOString() });

const row = (id: string, createdAt: string, name: string): string =>
  `${id.padEnd(8)}  ${createdAt.padEnd(24)}  ${name}\n`;

/** The token that is meant: by its id, or by a name that no other has. */
function idOf(subject: string, tokens: readonly Token[]): string {
  const meant = tokens.filter(({ id }) => id === subject);
  const [found, ...others] = meant.length > 0 ? meant : tokens.filter(({ name }) => name === subject);
  if (!found) throw domainError("NOT_FOUND", `there is no token ${subject}: see \`schedulearn token ls\``);
  if (others.length > 0)
    throw domainError(
      "CONFLICT",
      `${others.length + 1} tokens are called ${subject}: revoke by id, see \`schedulearn token ls\``,
    );
  return found.id;
}
