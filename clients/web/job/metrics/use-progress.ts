import { useEffect, useState } from "preact/hooks";
import { AuthError, UnreachableError } from "../../../sdk/index.ts";
import { GetJobProgress } from "../../generated/operations.ts";
import { api } from "../../live/client.ts";
import { messageOf, refused } from "../../live/link.ts";
import { connected } from "../connected.ts";
import { type Curves, ProgressCurves } from "./series.ts";

/** As the API gives them at most. */
const PAGE = 100;
/** Between two drawings, however fast progress is told. */
const DRAW_MILLIS = 500;

export interface ProgressState {
  readonly curves: Curves;
  readonly isLoaded: boolean;
  readonly problem: string | null;
}

/** All progress that the job has told, and what it tells from now on. */
export function useProgress(job: string, isOver: boolean): ProgressState {
  const [state, setState] = useState<ProgressState>({
    curves: { times: [], series: [] },
    isLoaded: false,
    problem: null,
  });
  useEffect(() => {
    const gone = new AbortController();
    const { signal } = gone;
    const found = new ProgressCurves();
    let after: string | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (isLoaded: boolean): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setState({ curves: found.curves(), isLoaded, problem: null });
      }, DRAW_MILLIS);
    };
    /** Up to the newest there is: a stream gives a late reader no more than that. */
    async function catchUp(): Promise<void> {
      for (;;) {
        const { jobProgress } = await api().request(GetJobProgress, { job, after: after ?? null }, { signal });
        for (const update of jobProgress) found.add(update);
        after = jobProgress.at(-1)?.cursor ?? after;
        if (jobProgress.length < PAGE) return;
        draw(false);
      }
    }
    async function follow(): Promise<void> {
      while (!signal.aborted) {
        try {
          await catchUp();
          clearTimeout(timer);
          timer = undefined;
          setState({ curves: found.curves(), isLoaded: true, problem: null });
          for await (const update of api().followProgress(job, { after: after ?? null, signal })) {
            if (update.gap) await catchUp();
            else {
              found.add(update);
              after = update.cursor;
            }
            draw(true);
          }
          return;
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof AuthError) refused(error);
          if (!(error instanceof UnreachableError)) {
            setState((before) => ({ ...before, isLoaded: true, problem: messageOf(error) }));
            return;
          }
          await connected(signal);
        }
      }
    }
    void follow();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [job, isOver]);
  return state;
}
