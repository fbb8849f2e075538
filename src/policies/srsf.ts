import { shortestFirst } from "./shortest-first.ts";

export const srsf = shortestFirst(
  {
    key: "srsf",
    by: "service left",
    description:
      "Least remaining service first: remaining time at the size that the job asks for, times that size. Jobs of which nothing is known come last, those first that have had least.",
    needs: ["estimates", "speed-up"],
  },
  ({ service }) => service,
  "size",
);
