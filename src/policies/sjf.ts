import { shortestFirst } from "./shortest-first.ts";

/** Smallest job first, by what it asks for, not by how long it takes. */
export const sjf = shortestFirst(
  {
    key: "sjf",
    by: "size",
    description: "Smallest request first: fewest GPUs (or cores). A large job can starve behind small ones.",
    needs: [],
  },
  () =>
    ({ preferred }) =>
      preferred,
);
