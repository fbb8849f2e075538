import { signal } from "@preact/signals";
import { AuthError } from "../../sdk/index.ts";
import { messageOf, refused } from "./link.ts";

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "problem";
  readonly text: string;
}

const DONE_MILLIS = 5_000;
const MOST = 4;

/** What happened to what the user asked for, newest last. Problems stay until they are put away. */
export const toasts = signal<readonly Toast[]>([]);
let count = 0;

export function tell(kind: Toast["kind"], text: string): void {
  const id = ++count;
  toasts.value = [...toasts.value.slice(1 - MOST), { id, kind, text }];
  if (kind === "done") setTimeout(() => putAway(id), DONE_MILLIS);
}

export function putAway(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/**
 * Does what the user asked for, and tells what came of it.
 * @param done what to say when it went well; nothing when it is plain to see
 * @returns its result; null when it failed, which has been told then
 */
export async function attempt<T>(work: () => Promise<T>, done?: string): Promise<T | null> {
  try {
    const result = await work();
    if (done) tell("done", done);
    return result;
  } catch (error) {
    if (error instanceof AuthError) refused(error);
    else tell("problem", messageOf(error));
    return null;
  }
}
