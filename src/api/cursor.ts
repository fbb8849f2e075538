import { badInput } from "./errors.ts";

/** What a cursor points into. Its letter keeps a cursor of one list from being taken for one of another. */
const letters = {
  event: "e",
  log: "l",
  job: "j",
  run: "r",
  server: "s",
  gpu: "g",
  migration: "m",
  tenure: "t",
  simulation: "x",
  usage: "u",
} as const;
export type CursorKind = keyof typeof letters;

export const cursorOf = (kind: CursorKind, place: string | number): string => `${letters[kind]}:${place}`;

/** The place that the cursor names; throws when it is no cursor of that kind. */
export function placeOf(kind: CursorKind, cursor: string): string {
  const [letter, ...rest] = cursor.split(":");
  if (letter === letters[kind] && rest.length > 0) return rest.join(":");
  throw badInput("after", `it is not a cursor of this list: ${JSON.stringify(cursor.slice(0, 80))}`);
}

/** The same where the place is a count. */
export function numberOf(kind: CursorKind, cursor: string): number {
  const place = placeOf(kind, cursor);
  if (/^\d{1,15}$/.test(place)) return Number(place);
  throw badInput("after", `it is not a cursor of this list: ${JSON.stringify(cursor.slice(0, 80))}`);
}
