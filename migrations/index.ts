import { Initial20261121 } from "./2026-11-21-initial.ts";
import { Learning20261125 } from "./2026-11-25-learning.ts";
import { Batches20261126 } from "./2026-11-26-batches.ts";
import { Forecasting20261126 } from "./2026-11-26-forecasting.ts";
import { GpuConditions20261126 } from "./2026-11-26-gpu-conditions.ts";
import { Tenures20261126 } from "./2026-11-26-tenures.ts";
import { Verifying20261126 } from "./2026-11-26-verifying.ts";

/** In the order in which they are applied. */
export const migrationsList = [
  { name: "2026-11-21-initial", class: Initial20261121 },
  { name: "2026-11-25-learning", class: Learning20261125 },
  { name: "2026-11-26-forecasting", class: Forecasting20261126 },
  { name: "2026-11-26-verifying", class: Verifying20261126 },
  { name: "2026-11-26-gpu-conditions", class: GpuConditions20261126 },
  { name: "2026-11-26-tenures", class: Tenures20261126 },
  { name: "2026-11-26-batches", class: Batches20261126 },
];
