/** What each command prints with `--json`, as docs/cli.md tells it. The names of types are those of schema.graphql. */
export const JSON_SHAPES: Readonly<Record<string, string>> = {
  help: "`{topic, text}`",
};
