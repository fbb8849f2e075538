import { shortestFirst } from "./shortest-first.ts";

export const srtf = shortestFirst(
  {
    key: "srtf",
    by: "time left",
    description:
      "Shortest remaining time first, at the size that the job asks for. Jobs of which nothing is known come last, those first that have had least.",
    needs: ["estimates", "speed-up"],
  },
  ({ time }) => time,
  "time",
);
