import type { Cause } from "./outcome.ts";

/** What a person can do about each cause: the rest of the taxonomy, for whoever has to read of it. */
export const REMEDIES: Readonly<Record<Cause["code"], string>> = {
  exit: "Its last lines say why. If another try may go better, give retries.application.",
  signal:
    "The program or a library of it crashed, or was killed: its last lines may say why. SIGBUS is often a full /dev/shm: raise shmMiB.",
  oom: "Raise memoryMiB, or let the program use less: fewer data loading workers, smaller batches.",
  "cuda-oom":
    "Let it use less memory of the GPU (smaller batches, mixed precision), or ask for GPUs with more: gpus.memoryMiB.",
  "command-not-found":
    "Check command and image: the program must be in the image and executable, and so must be what a script names in its first line.",
  "time-limit": "Raise the limit under limits, or leave it out.",
  stalled:
    "Its last lines may say where it hangs. Raise limits.idleSeconds or limits.stallSeconds if it may be silent for so long.",
  dependency: "Retry the job that it needs, then this one.",
  batch: "See why others of its batch failed; then retry it, or submit the batch again with a greater maxFailures.",
  "server-lost":
    "Nothing need be done while retries.infrastructure lasts: it starts again elsewhere, from its last checkpoint. See why the server was away.",
  "daemon-error":
    "See what the Docker engine of that server writes to its log. If it cannot give GPUs, install NVIDIA's container toolkit there, or set the server's gpus to 0. Cordon the server if it goes on.",
  "image-pull":
    "Check the image's name, and that this server may pull it: registries and their credentials stand in the configuration.",
  "disk-full": "Make room on that server: unused images, containers and volumes take most of it.",
  "gpu-lost": "The GPU needs a look: nvidia-smi and the kernel's log of that server. The job can run on others.",
  "checkpoint-carry": "See whether both servers can be reached and have room; the checkpoint still lies where it was.",
  "host-oom":
    "Give memoryMiB to the jobs of that server, so that no more is promised than it has; see what else runs there.",
  interference:
    "Somebody stopped or removed its container by hand. Use cancel, pause or drain instead: the scheduler knows of them.",
};

export const remedyOf = ({ code }: Cause): string => REMEDIES[code];
