import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { collectImages, imagesOf } from "../../engine/image-care.ts";
import type { Survey } from "../../engine/reaper.ts";
import type { Context } from "../context.ts";
import { payload } from "../errors.ts";
import { ServerImageView, SurveyView } from "../types/housekeeping.ts";
import { CollectImagesInput, ReapInput } from "../types/inputs.ts";
import { CollectImagesPayload, ReapPayload } from "../types/payloads.ts";

const what = { description: "What is wanted." } as const;

@Resolver()
export class Housekeeping {
  @Query(() => SurveyView, {
    description: "Containers and volumes of this cluster that nobody needs, on all servers; they are asked now.",
  })
  async leftovers(@Ctx() { engine }: Context): Promise<SurveyView> {
    return viewOf(await engine.reaper.survey());
  }

  @Mutation(() => ReapPayload, {
    description: "Removes what nobody needs and is old enough. The server does so by itself again and again.",
  })
  reap(@Arg("input", () => ReapInput, what) { dryRun }: ReapInput, @Ctx() { engine: { reaper } }: Context) {
    return payload(async () => ({ survey: viewOf(await (dryRun ? reaper.survey() : reaper.reap())) }));
  }

  @Query(() => [ServerImageView], {
    description: "Images that jobs have used, on all servers that can be reached, the longest unused first.",
  })
  async images(@Ctx() { engine }: Context): Promise<readonly ServerImageView[]> {
    return [...(await imagesOf(engine.drivers))].sort((a, b) => a.usedAt - b.usedAt);
  }

  @Mutation(() => CollectImagesPayload, {
    description: "Removes images that may be, the longest unused first, until disks are below the low watermark.",
  })
  collectImages(
    @Arg("input", () => CollectImagesInput, what) { dryRun }: CollectImagesInput,
    @Ctx() { engine: { drivers } }: Context,
  ) {
    return payload(async () => {
      if (!dryRun) return { removed: await collectImages(drivers) };
      return { removed: (await imagesOf(drivers)).filter(({ stays }) => stays === null) };
    });
  }
}

const viewOf = ({ leftovers, unasked }: Survey): SurveyView => ({
  leftovers: leftovers.map(({ server, what, reason, ageMillis, isDue }) => ({
    server,
    kind: what.kind,
    name: what.name,
    reason,
    ageSeconds: ageMillis === null ? null : ageMillis / 1000,
    due: isDue,
  })),
  unasked,
});
