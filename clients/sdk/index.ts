export * from "./client.ts";
export type { CheckpointSource } from "./download.ts";
export { AuthError, RequestError, SchedulearnError, type TopLevelError, UnreachableError } from "./errors.ts";
export type * from "./generated/operations.ts";
export type { Retry } from "./retry.ts";
export type { Json, TypedDocument } from "./typed-document.ts";
