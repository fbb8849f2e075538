import { signal } from "@preact/signals";
import { createClient, type SchedulearnClient } from "../../sdk/index.ts";

/** The playground finds it here too. It is gone when the tab is closed. */
const TOKEN_KEY = "schedulearn-token";

/** Set when the server has refused a request for want of a token: `problem` says what was wrong with the last one. */
export const tokenWanted = signal<{ readonly problem: string | null } | null>(null);

let client = newClient();

/** The one client of this page; another after a new token, so ask for it each time. */
export const api = (): SchedulearnClient => client;

export const hasToken = (): boolean => sessionStorage.getItem(TOKEN_KEY) !== null;

export function takeToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
  client.close();
  client = newClient();
  tokenWanted.value = null;
}

function newClient(): SchedulearnClient {
  return createClient({
    url: new URL("/graphql", location.href).href,
    token: sessionStorage.getItem(TOKEN_KEY) ?? undefined,
    retry: { attempts: 0 }, // the link below knows when to try again
  });
}
