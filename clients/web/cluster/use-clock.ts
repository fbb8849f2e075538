import { useEffect, useState } from "preact/hooks";

/** The time, anew every so often while somebody looks. */
export function useClock(everyMillis: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, everyMillis);
    return () => clearInterval(timer);
  }, [everyMillis]);
  return now;
}
