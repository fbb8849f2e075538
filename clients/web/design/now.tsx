import { signal } from "@preact/signals";
import { fromNow } from "./time.ts";

const STEP_MILLIS = 1_000;

/** The time, a second at a time: what shows how long ago something was reads it. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, STEP_MILLIS);

/** `3 min ago`, with the exact time for who points at it. */
export const Ago = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={new Date(at).toLocaleString()}>
    {fromNow(at, now.value)}
  </time>
);
