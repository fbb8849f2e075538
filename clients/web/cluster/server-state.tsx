import type { Server } from "../../sdk/index.ts";
import { Ago } from "../design/now.tsx";

const tones = {
  UP: "good",
  SUSPECT: "waits",
  DOWN: "bad",
  DRAINING: "rests",
  CORDONED: "off",
} as const satisfies Record<Server["state"], string>;

export const ServerPill = ({ server }: { readonly server: Pick<Server, "state"> }) => (
  <span class={`status ${tones[server.state]}`}>{server.state.toLowerCase()}</span>
);

const began = {
  UP: "Came up",
  SUSPECT: "In doubt: noticed",
  DOWN: "Went down",
  DRAINING: "Draining: begun",
  CORDONED: "Cordoned",
} as const;

/** Why its state is what it is, since when, and what else there is to know. */
export function ServerNews({ server }: { readonly server: Server }) {
  const { state, stateReason, stateSince, drain, shortOfDisk, notice } = server;
  return (
    <div class="server-news">
      <p>
        {began[state]} <Ago at={stateSince} />
        {stateReason && (
          <>
            : <bdi>{stateReason}</bdi>
          </>
        )}
      </p>
      {drain && (
        <p role="status">
          {drain.jobsLeft === 0
            ? "Drained: no job is left here."
            : `Draining: ${drain.jobsLeft} ${drain.jobsLeft === 1 ? "job is" : "jobs are"} left here.`}
          {drain.deadlineAt && (
            <>
              {" "}
              Deadline <Ago at={drain.deadlineAt} />.
            </>
          )}
        </p>
      )}
      {shortOfDisk && <p class="fault">{shortOfDisk}</p>}
      {notice && <p class="dim">{notice}</p>}
    </div>
  );
}
