import { Arg, Args, Ctx, Mutation, Query, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { type Connection, costOfList, PageArgs, pageOf } from "../relay.ts";
import { CancelSimulationPayload, DeleteSimulationPayload, SimulatePayload } from "../types/payloads.ts";
import {
  CancelSimulationInput,
  DeleteSimulationInput,
  SimulateInput,
  SimulationConnection,
  SimulationView,
} from "../types/simulation.ts";

const what = { description: "What is wanted." } as const;

@Resolver()
export class SimulationResolver {
  @Query(() => SimulationConnection, {
    complexity: costOfList,
    description:
      "Simulations that run or wait, and those of which there is a report, the newest first. Reports made by `schedulearn simulate --report` are among them when they lie in the folder `reports` of the data folder.",
  })
  async simulations(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { house }: Context,
  ): Promise<Connection<SimulationView>> {
    const all = (await house.laboratory.list()).map((simulation) => new SimulationView(simulation));
    return pageOf(all, page, "simulation", ({ simulation }) => simulation.name);
  }

  @Mutation(() => SimulatePayload, {
    description: "Has policies run over the same jobs in virtual time, beside all that runs here, and a report made.",
  })
  simulate(@Arg("input", () => SimulateInput, what) input: SimulateInput, @Ctx() { house }: Context) {
    return payload(async () => {
      const { policies, placement = null, generate = null, from = null, to = null, cluster = null, seed } = input;
      const request = { policies, placement, generate, from, to, cluster, seed: seed ?? 1 };
      return { simulation: new SimulationView(await house.laboratory.start(request)) };
    });
  }

  @Mutation(() => CancelSimulationPayload, { description: "Ends a simulation that runs or waits; no report is made." })
  cancelSimulation(
    @Arg("input", () => CancelSimulationInput, what) { id }: CancelSimulationInput,
    @Ctx() { house }: Context,
  ) {
    return payload(async () => ({ simulation: new SimulationView(await house.laboratory.cancel(nameFrom(id))) }));
  }

  @Mutation(() => DeleteSimulationPayload, { description: "Removes a simulation that is over, and its report." })
  deleteSimulation(
    @Arg("input", () => DeleteSimulationInput, what) { id }: DeleteSimulationInput,
    @Ctx() { house }: Context,
  ) {
    return payload(async () => {
      await house.laboratory.remove(nameFrom(id));
      return { deletedSimulationId: id };
    });
  }
}

export const nameFrom = (id: string): string => id.replace(/^simulation:/, "");
