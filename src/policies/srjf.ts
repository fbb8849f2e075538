import { shortestFirst } from "./shortest-first.ts";

export const srjf = shortestFirst(
  {
    key: "srjf",
    by: "work left",
    description:
      "Least remaining work first, reckoned on one unit whatever the job asks for. Jobs of which nothing is known come last, those first that have had least.",
    needs: ["estimates"],
  },
  ({ work }) => work,
  "size",
);
