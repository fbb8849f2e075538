/** So much of Node's `process` as is asked for here; a browser has none. */
interface Process {
  getBuiltinModule?(name: "node:module"): {
    createRequire(from: string): (name: string) => { readonly WebSocket: unknown };
  };
}

/**
 * The constructor to use: the one handed in, the platform's (browsers, Node from 22 on), or that of the package `ws`, which is
 * looked for past bundlers: they would put it into pages that have no use for it.
 * @throws Error that says what to install
 */
export function webSocketOf(given: unknown): unknown {
  const present = given ?? globalThis.WebSocket;
  if (present !== undefined) return present;
  const { process } = globalThis as { process?: Process };
  try {
    return process?.getBuiltinModule?.("node:module").createRequire(import.meta.url)("ws").WebSocket;
  } catch (cause) {
    const remedy = "npm install ws, use Node 22 or newer, or hand one to createClient as webSocket";
    throw new Error(`this version of Node has no WebSocket of its own: ${remedy}`, { cause });
  }
}
