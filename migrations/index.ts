import { Initial20261121 } from "./2026-11-21-initial.ts";

/** In the order in which they are applied. */
export const migrationsList = [{ name: "2026-11-21-initial", class: Initial20261121 }];
