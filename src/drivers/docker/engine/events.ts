import type Docker from "dockerode";

/** What an engine tells of something that happened to one of its things. */
export interface EngineEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: { readonly signal?: string } };
}

/** Of a container's end. Podman says `died`. */
export const isEnd = ({ Action }: EngineEvent): boolean => /^died?$/.test(Action);

/**
 * The events between two times of the engine's own clock, of the last few hundred that it remembers, the oldest first.
 * @param isLast of an event behind which none is wanted: the engine need not be waited for until the time has come
 */
export async function eventsBetween(
  docker: Docker,
  options: {
    readonly since: number | string;
    readonly until: number | string;
    readonly filters?: string;
    readonly abortSignal: AbortSignal;
  },
  isLast: (event: EngineEvent) => boolean = () => false,
): Promise<readonly EngineEvent[]> {
  const told = await (docker.getEvents as (options: object) => Promise<NodeJS.ReadableStream>).call(docker, options);
  const events: EngineEvent[] = [];
  let rest = "";
  for await (const chunk of told) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter(Boolean)) events.push(JSON.parse(line) as EngineEvent);
    if (events.some(isLast)) break;
  }
  return events;
}
