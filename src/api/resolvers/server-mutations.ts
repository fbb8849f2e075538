import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { serverConfigFrom } from "../../config/index.ts";
import { domainError } from "../../core/errors.ts";
import { requestCordon, requestDrain, requestJoin, requestRemove } from "../../core/request.ts";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { serverNamed } from "../places.ts";
import { reasonFrom } from "../reason-from.ts";
import { given } from "../spec-of.ts";
import { AddServerInput, CordonServerInput, DrainServerInput, RemoveServerInput } from "../types/inputs.ts";
import { AddServerPayload, CordonServerPayload, DrainServerPayload, RemoveServerPayload } from "../types/payloads.ts";

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
  drainServer(@Arg("input", () => DrainServerInput, what) input: DrainServerInput, @Ctx() { engine }: Context) {
    return payload(async () => {
      const { name, draining, deadlineSeconds, reason } = given(input) as DrainServerInput;
      if (deadlineSeconds !== undefined && !(deadlineSeconds >= 0))
        throw domainError("INVALID_INPUT", "deadlineSeconds: must be at least 0", ["deadlineSeconds"]);
      await engine.request((scheduler, now) => {
        const deadlineAt = deadlineSeconds === undefined ? null : now + deadlineSeconds * 1000;
        const terms = { reason: reasonFrom(reason), deadlineAt };
        return { events: requestDrain(scheduler, name, draining, now, terms) };
      });
      return { server: serverNamed(name, engine) };
    });
  }

  @Mutation(() => CordonServerPayload, { description: "Has a server take no new jobs; those that it has stay." })
  cordonServer(@Arg("input", () => CordonServerInput, what) input: CordonServerInput, @Ctx() { engine }: Context) {
    return payload(async () => {
      const { name, cordoned, reason } = given(input) as CordonServerInput;
      const why = reasonFrom(reason);
      await engine.request((scheduler, now) => ({ events: requestCordon(scheduler, name, cordoned, why, now) }));
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

/** @throws DomainError for one that is too long to be read in a list */
function refuseUnreachable(name: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw domainError(
    "UNREACHABLE",
    `server ${name} cannot be reached: ${reason} (verify: false takes it in all the same)`,
    ["endpoint"],
  );
}
