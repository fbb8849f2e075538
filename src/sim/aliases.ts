/** What public simulators call our policies, with the options that make them the same. */
export interface Alias {
  readonly policy: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export const ALIASES: Readonly<Record<string, Alias>> = {
  fjf: { policy: "fifo", options: { backfill: "fit" } },
  shortest: { policy: "srtf", options: {} },
  "shortest-gpu": { policy: "srsf", options: {} },
  "dlas-gpu": { policy: "tiresias", options: { thresholds: [3250, 7200], referenceJump: true } },
};
