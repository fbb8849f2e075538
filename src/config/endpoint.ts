/** Where a server is reached: its Docker engine, or `local` for the machine itself as a process server. */
export type Endpoint =
  | { readonly kind: "local" }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "ssh"; readonly user: string | null; readonly host: string; readonly port: number | null };

/** Strict, since an ssh client reads a name that begins with a dash as an option. */
const HOST = /^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** Null if it is none of `local`, `unix:///path`, `tcp://host:port` and `ssh://[user@]host[:port]`. Never with a password. */
export function parseEndpoint(text: string): Endpoint | null {
  if (text === "local") return { kind: "local" };
  const unixPath = /^unix:\/\/(\/[^\0]+)$/.exec(text)?.[1];
  if (unixPath !== undefined) return { kind: "unix", path: unixPath };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !HOST.test(url.hostname) || url.password || url.search || url.hash) return null;
  if (url.pathname !== "" && url.pathname !== "/") return null;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? null : Number(url.port);
  if (url.protocol === "tcp:" && port !== null && url.username === "") return { kind: "tcp", host, port };
  if (url.protocol !== "ssh:" || (url.username !== "" && !USER.test(url.username))) return null;
  return { kind: "ssh", user: url.username || null, host, port };
}

/** What is wrong with an endpoint, and what it was probably meant to be; null if nothing. */
export function endpointProblem(text: string): string | null {
  if (parseEndpoint(text)) return null;
  const guesses = [`unix://${text}`, `tcp://${text}`, text.replace(/^https?:/, "tcp:")];
  const meant = guesses.find((guess) => parseEndpoint(guess));
  return `must be unix:///path, tcp://host:port, ssh://user@host or local${meant ? `, did you mean ${meant}?` : ""}`;
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
