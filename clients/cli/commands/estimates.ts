import type { Command } from "commander";
import type { Accuracy } from "../../sdk/index.ts";
import { type Cli, examples } from "../cli.ts";

/** Less is no tendency. */
const EVEN = 0.05;

export function estimates(program: Command, cli: Cli): void {
  program
    .command("estimates")
    .summary("tell how good the estimates of remaining work have been")
    .description(
      "Tells how far estimates of the work that was left, made when jobs had done a part of it, were from what came of them.",
    )
    .addHelpText("after", examples("estimates", "estimates --json"))
    .action(
      cli.act(async ({ client, terminal, json, signal }) => {
        const accuracy = await client.estimateAccuracy({ signal });
        if (json) terminal.printJson({ accuracy });
        else if (accuracy.length === 0)
          terminal.print("nothing to tell yet: no job that tells its progress has completed");
        else
          terminal.printTable(
            [
              { title: "CATEGORY", shrinks: true },
              { title: "DONE", align: "right" },
              { title: "ESTIMATES", align: "right" },
              { title: "OFF BY", align: "right" },
              { title: "TENDENCY" },
            ],
            accuracy.map((each) => [
              each.category,
              `${Math.round(each.at * 100)}%`,
              String(each.estimates),
              factor(each.error),
              tendency(each),
            ]),
          );
      }),
    );
}

/** `x1.25` for a mean of logarithms. */
const factor = (logarithm: number): string => `x${Math.exp(logarithm).toFixed(2)}`;

function tendency({ bias }: Accuracy): string {
  if (Math.abs(bias) < EVEN) return "neither way";
  return `too ${bias < 0 ? "short" : "long"}, ${factor(Math.abs(bias))}`;
}
