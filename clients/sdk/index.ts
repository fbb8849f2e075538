export * from "./client.ts";
export type { ClientOptions, Resumable, Stoppable } from "./connection.ts";
export type { CheckpointSource } from "./download.ts";
export {
  AuthError,
  type Fault,
  RequestError,
  SchedulearnError,
  type TopLevelError,
  UnreachableError,
} from "./errors.ts";
export type * from "./generated/operations.ts";
export type * from "./queries.ts";
export type { Retry } from "./retry.ts";
export type { KeepAlive } from "./socket.ts";
export type { Json, TypedDocument } from "./typed-document.ts";
