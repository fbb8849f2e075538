import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { serverConfigFrom } from "../../config/index.ts";
import { domainError } from "../../core/errors.ts";
import { requestDrain, requestJoin, requestRemove } from "../../core/request.ts";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { serverNamed } from "../places.ts";
import { given } from "../spec-of.ts";
import { AddServerInput, DrainServerInput, RemoveServerInput } from "../types/inputs.ts";
import { AddServerPayload, DrainServerPayload, RemoveServerPayload } from "../types/payloads.ts";

const what = { description: "What is wanted." } as const;
/** An id that is a name must not look like the id of something else. */
const LIKE_A_JOB = /^job-\d+$/;

@Resolver()
export class ServerMutations {
  @Mutation(() => AddServerPayload, { description: "Takes a server in." })
  addServer(@Arg("input", () => AddServerInput, what) input: AddServerInput, @Ctx() { engine, house }: Context) {
    return payload(async () => {
      const { verify, gpuList, ...rest } = given(input) as AddServerInput;
      if (gpuList && rest.gpus !== undefined)
        throw domainError("INVALID_INPUT", "give gpus or gpuList, not both", ["gpuList"]);
      const config = serverConfigFrom({ ...rest, ...(gpuList && { gpus: gpuList }) });
      const { name } = config;
      if (LIKE_A_JOB.test(name))
        throw domainError("INVALID_INPUT", `name: ${name} looks like the id of a job`, ["name"]);
      requestJoin(engine.scheduler, house.newServer(config, house.clock.now()), house.clock.now()); // a known name is told at once
      if (verify) await house.probe(config).catch((error) => refuseUnreachable(name, error));
      await engine.request((scheduler, now) => ({ events: requestJoin(scheduler, house.newServer(config, now), now) }));
      return { server: serverNamed(name, engine) };
    });
  }

  @Mutation(() => DrainServerPayload, { description: "Has a server take no new jobs, and its jobs moved away." })
  drainServer(
    @Arg("input", () => DrainServerInput, what) { name, draining }: DrainServerInput,
    @Ctx() { engine }: Context,
  ) {
    return payload(async () => {
      await engine.request((scheduler, now) => ({ events: requestDrain(scheduler, name, draining, now) }));
      return { server: serverNamed(name, engine) };
    });
  }

  @Mutation(() => RemoveServerPayload, { description: "Forgets a server; without force only one that no job needs." })
  removeServer(
    @Arg("input", () => RemoveServerInput, what) { name, force }: RemoveServerInput,
    @Ctx() { engine }: Context,
  ) {
    return payload(async () => {
      await engine.request((scheduler, now) => ({ events: requestRemove(scheduler, name, force, now) }));
      return { removedServerId: name };
    });
  }
}

function refuseUnreachable(name: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw domainError(
    "UNREACHABLE",
    `server ${name} cannot be reached: ${reason} (verify: false takes it in all the same)`,
    ["endpoint"],
  );
}
