import type { Clock } from "../core/time.ts";

/** A timer can wait 24.8 days at most; longer alarms are set again on the way. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const wallClock: Clock = {
  now: () => Date.now(),
  at(when, wake) {
    let timer: NodeJS.Timeout;
    const set = (): void => {
      const left = Math.max(0, when - Date.now());
      timer = setTimeout(left > LONGEST_TIMER ? set : wake, Math.min(left, LONGEST_TIMER));
    };
    set();
    return () => clearTimeout(timer);
  },
};
