import { createHmac } from "node:crypto";
import type { WebhookFormat } from "../config/index.ts";
import { isOver, type Job, placementOf } from "../core/job.ts";
import { gpuCount } from "../core/server.ts";
import type { Instant } from "../core/time.ts";
import type { Happening } from "./happening.ts";

/** What goes to an endpoint. */
export interface Message {
  /** The same for every try, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly event: string;
  readonly type: string;
  readonly body: string;
}

export function messageOf(
  { seq, event, at, job, message }: Happening,
  cluster: string,
  format: WebhookFormat,
): Message {
  const id = `${cluster}-${seq}`;
  const whole = { delivery: id, event, at: time(at), cluster, sequence: seq, message, job: summaryOf(job) };
  return { id, event, ...written(format, message, whole) };
}

/** By which somebody sees that messages arrive. */
export function testMessage(name: string, cluster: string, at: Instant, format: WebhookFormat): Message {
  const id = `${cluster}-test-${at}`;
  const message = `this is a test of webhook ${name} of Schedulearn`;
  return {
    id,
    event: "Test",
    ...written(format, message, { delivery: id, event: "Test", at: time(at), cluster, message }),
  };
}

function written(format: WebhookFormat, message: string, whole: object): Pick<Message, "type" | "body"> {
  if (format === "text") return { type: "text/plain; charset=utf-8", body: `${message}\n` };
  return { type: "application/json", body: JSON.stringify(format === "slack" ? { text: message } : whole) };
}

/** Headers of one try; the signature is the HMAC-SHA256 of `timestamp.body` in hex. */
export function headersOf(
  { id, event, type, body }: Message,
  secret: string | null,
  now: Instant,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  return {
    "content-type": type,
    "user-agent": "Schedulearn",
    "schedulearn-event": event,
    "schedulearn-delivery": id,
    "schedulearn-timestamp": timestamp,
    ...(secret !== null && {
      "schedulearn-signature": `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`,
    }),
  };
}

/** Nothing of its command and variables: they may hold what is not for others. */
function summaryOf(job: Job) {
  const { id, spec, state, submittedAt, firstStartedAt, progress } = job;
  const on = placementOf(job);
  const endedAt = isOver(job) && "at" in state ? state.at : null;
  return {
    id,
    name: spec.name,
    type: spec.type,
    user: spec.user,
    labels: spec.labels,
    priority: spec.priority,
    status: state.status,
    submittedAt: time(submittedAt),
    firstStartedAt: firstStartedAt === null ? null : time(firstStartedAt),
    endedAt: endedAt === null ? null : time(endedAt),
    queueingDelaySeconds: firstStartedAt === null ? null : (firstStartedAt - submittedAt) / 1000,
    serviceSeconds: job.serviceMillis / 1000,
    completionSeconds: endedAt === null ? null : (endedAt - submittedAt) / 1000,
    attempt: job.attempt,
    preemptions: job.preemptions,
    migrations: job.migrations,
    resizes: job.resizes,
    servers: on?.map(({ server }) => server) ?? [],
    gpus: on ? gpuCount(on) : 0,
    progress: progress && {
      fraction: progress.fraction,
      epoch: progress.epoch,
      step: progress.step,
      metrics: progress.metrics,
    },
    failure: "cause" in state && state.cause ? state.cause : null,
  };
}

const time = (at: Instant): string => new Date(at).toISOString();
