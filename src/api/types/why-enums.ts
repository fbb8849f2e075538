import type { BlockerKind } from "../../core/explain/blocker.ts";
import type { ChangeBy, ChangeEffect } from "../../core/explain/change.ts";
import type { ChangeCause, ChangeKind } from "../../core/explain/history.ts";
import { enumOf } from "./enums.ts";

export const BlockerKindEnum = enumOf<BlockerKind>("BlockerKind", "What can keep a job waiting.", {
  held: "Its user: it is held until it is resumed.",
  dependency: "Jobs that must complete first.",
  batch: "Enough others of its batch have their turn.",
  backoff: "A time that has to pass after a failure.",
  "no-server": "There is no server that takes jobs and could hold it.",
  impossible: "No server has as much as it asks for, were it empty.",
  "server-state": "Servers that could hold it are cordoned, draining, suspect or down.",
  disk: "Servers that could hold it have too little free disk.",
  gpus: "Too few GPUs are free.",
  fragmentation: "Enough GPUs are free, but not on as few servers as it may span.",
  "gpu-model": "GPUs are free, of other models than the one that it asks for.",
  "gpu-memory": "GPUs are free, with less memory than it asks for.",
  "gpu-unfit": "GPUs that would do are quarantined, or somebody else is at work on them.",
  cores: "Too few cores are free.",
  memory: "Too little memory is free.",
  ports: "No port is left to lease.",
  order: "Others come first in the order of the policy.",
  quota: "Its user has had what the quota allows.",
  reservation: "Room is kept for the first in line, and the job would delay that.",
  "not-chosen": "There is room, and the policy makes more of it with others.",
  guard: "Running jobs must be left alone for a while, or as many are being moved as may be at once.",
  "being-freed": "It has its place, and others have to let go of it first.",
  round: "Nothing any more: it starts with the next round.",
  "policy-failed": "The policy fails, and decides nothing.",
});

export const ChangeEffectEnum = enumOf<ChangeEffect>("ChangeEffect", "What a change comes to.", {
  starts: "The job starts at once.",
  "makes-room": "Running jobs make room, and the job starts when they have.",
});

export const ChangeByEnum = enumOf<ChangeBy>("ChangeBy", "Who can make a change.", {
  user: "The job's user.",
  operator: "An operator of the cluster.",
  world: "Nobody by a command: something has to happen.",
});

export const ChangeKindEnum = enumOf<ChangeKind>("ChangeKind", "How a job's place or size changed.", {
  start: "It was given a place.",
  preempt: "It had to give up its place.",
  pause: "It was frozen: by its user, or to give its cores to others.",
  resume: "It went on.",
  resize: "It was given another size where it was.",
  migrate: "It moved to another place.",
});

export const ChangeCauseEnum = enumOf<ChangeCause>("ChangeCause", "Who or what wanted a change.", {
  policy: "The policy in force.",
  user: "Its user, or an operator, by a command.",
  drain: "Its server was draining.",
  defragmentation: "Room was made for a larger job.",
  "unhealthy-gpu": "A GPU of it did not work well.",
  "server-lost": "Its server was lost.",
  failure: "It had failed and tried again.",
  recovery: "It had ended without a reason of its own, and began again.",
});
