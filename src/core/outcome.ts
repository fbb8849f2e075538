/** Why a run or a job failed: one taxonomy for retries, budgets and display (job contract, section 3.5). */
export type Cause =
  | { readonly origin: "application"; readonly code: ApplicationFault; readonly message: string }
  | {
      readonly origin: "infrastructure";
      readonly code: InfrastructureFault;
      readonly message: string;
      /** Trying again cannot help: an image that does not exist, say. */
      readonly permanent?: boolean;
    };

export type ApplicationFault =
  | "exit"
  | "signal"
  | "oom"
  | "cuda-oom"
  | "command-not-found"
  | "time-limit"
  | "stalled"
  | "dependency"
  | "batch";
export type InfrastructureFault =
  | "server-lost"
  | "daemon-error"
  | "image-pull"
  | "disk-full"
  | "gpu-lost"
  | "checkpoint-carry"
  | "host-oom"
  | "interference";

/** How a run ended. `stopped` means that it ended because it was asked to, whatever its exit code. */
export type Outcome =
  | { readonly kind: "succeeded" }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly cause: Cause };
