import { domainError } from "../core/errors.ts";
import type { PolicyEntry } from "../core/policy.ts";
import { afsL } from "./afs-l.ts";
import { drf } from "./drf.ts";
import { edf } from "./edf.ts";
import { edfElastic } from "./edf-elastic.ts";
import { elasticFifo } from "./elastic-fifo.ts";
import { elasticSrjf } from "./elastic-srjf.ts";
import { elasticTiresias } from "./elastic-tiresias.ts";
import { fairShare } from "./fair-share.ts";
import { ffdl } from "./ffdl.ts";
import { fifo } from "./fifo.ts";
import { goodput } from "./goodput.ts";
import { optimus } from "./optimus.ts";
import { priority } from "./priority.ts";
import { withReallocation } from "./reallocation.ts";
import { roundRobin } from "./round-robin.ts";
import { sjf } from "./sjf.ts";
import { srjf } from "./srjf.ts";
import { srsf } from "./srsf.ts";
import { srtf } from "./srtf.ts";
import { tiresias } from "./tiresias.ts";

export { completeOptions } from "./options.ts";

/** The registry: a new policy is one file and one line here. */
export const policies: readonly PolicyEntry[] = [
  fifo,
  roundRobin,
  priority,
  sjf,
  srjf,
  srtf,
  srsf,
  edf,
  elasticFifo,
  elasticSrjf,
  tiresias,
  elasticTiresias,
  ffdl,
  afsL,
  optimus,
  drf,
  fairShare,
  edfElastic,
  goodput,
].map(withReallocation);

export function findPolicy(key: string): PolicyEntry {
  const entry = policies.find((each) => each.key === key);
  if (entry) return entry;
  throw domainError(
    "UNKNOWN_POLICY",
    `there is no policy ${key}; there are: ${policies.map((each) => each.key).join(", ")}`,
    ["policy"],
  );
}
