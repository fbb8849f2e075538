/** Named by a variable, so that no bundler looks for it: browsers have a WebSocket of their own. */
const FOR_OLD_NODE = "ws";

/**
 * The constructor to use: the one handed in, the platform's (browsers, Node from 22 on), or that of the package `ws`.
 * @throws Error that says what to install
 */
export async function webSocketOf(given: unknown): Promise<unknown> {
  const present = given ?? globalThis.WebSocket;
  if (present !== undefined) return present;
  const found = await import(/* @vite-ignore */ /* webpackIgnore: true */ FOR_OLD_NODE).catch((cause: unknown) => {
    throw new Error(
      "this version of Node has no WebSocket of its own: npm install ws, use Node 22 or newer, or hand one to createClient as webSocket",
      { cause },
    );
  });
  return found.WebSocket;
}
