import { posix } from "node:path";
import type { Fault } from "../core/errors.ts";
import { CODE_PATH, type CodeFolder, type JobSpec, type Mount } from "../core/job-spec.ts";
import { faultAt, listed, type Path } from "../input/index.ts";
import type { JobSpecInput } from "./input.ts";

/** What of a container a job may choose: the operator's word, and what was uploaded. */
export interface Allowed {
  /** Folders of the servers below which a job may mount its own. */
  readonly mountRoots: readonly string[];
  /** Users that a job may name; null for any. */
  readonly runAs: readonly string[] | null;
  /** The folder that was uploaded under this hash; null when there is none. */
  code(hash: string): Omit<CodeFolder, "hash"> | null;
}

export const NOTHING_ALLOWED: Allowed = { mountRoots: [], runAs: null, code: () => null };

const NO_NUL = { pattern: "^[^\\u0000]*$", patternErrorMessage: "must not hold a NUL character" } as const;
const path = (title: string, description: string, example: string) =>
  ({ title, description, type: "string", minLength: 1, maxLength: 4096, examples: [example], ...NO_NUL }) as const;

/** What a job asks of its container. */
export const containerProperties = {
  imagePull: {
    title: "When the image is pulled",
    description: "missing = where a server has none of this name; always = before each run, for a tag that moves.",
    type: "string",
    enum: ["missing", "always"],
    default: "missing",
    examples: ["always"],
  },
  code: {
    title: "Code",
    description:
      "A folder of your machine, beside this file, that is shipped with the job and found at /code, read-only. Honours .gitignore and .dockerignore.",
    type: ["string", "object"],
    minLength: 1,
    maxLength: 4096,
    ...NO_NUL,
    properties: {
      hash: {
        title: "Hash",
        description: "SHA-256 of what was uploaded: clients put it in place of the folder.",
        type: "string",
        pattern: "^[0-9a-f]{64}$",
        patternErrorMessage: "must be a SHA-256 in 64 hexadecimal digits",
        examples: ["5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"],
      },
    },
    required: ["hash"],
    additionalProperties: false,
    examples: [".", "./train"],
  },
  mounts: {
    title: "Mounts",
    description:
      "Folders of the server that the job sees, below roots that the operator allows: {source, target, readOnly}, or /data:/data:ro.",
    type: "array",
    maxItems: 64,
    items: {
      type: ["string", "object"],
      minLength: 1,
      maxLength: 8192,
      ...NO_NUL,
      properties: {
        source: path("Source", "An absolute path on the server.", "/data/imagenet"),
        target: path("Target", "Where the job finds it.", "/data"),
        readOnly: { title: "Read-only", description: "Whether it may only be read.", type: "boolean", default: true },
      },
      required: ["source", "target"],
      additionalProperties: false,
    },
    examples: [["/data/imagenet:/data:ro"], [{ source: "/scratch", target: "/scratch", readOnly: false }]],
  },
  runAs: {
    title: "User",
    description: "The user and group of its processes, by numbers. Without it, the operator's choice, or the image's.",
    type: "string",
    pattern: "^\\d{1,10}(:\\d{1,10})?$",
    patternErrorMessage: 'must be a user by numbers, such as "1000:1000"',
    examples: ["1000:1000"],
  },
} as const;

/** Of other systems' job files: why there is no such thing here. */
export const REFUSED: Readonly<Record<string, string>> = {
  privileged: "is not given to jobs: a privileged container rules its machine; ask for what it is needed for instead",
  network: "is not a job's choice: it would see what listens on the machine only; see ports",
  pid: "is not a job's choice: it would see and could end the processes of others",
  ipc: "is not a job's choice: it would share memory with others; see shmMiB",
  capabilities: "are the operator's choice: containers.capabilities of schedulearn.yaml",
  capAdd: "is the operator's choice: containers.capabilities of schedulearn.yaml",
  devices: "are given by the scheduler: ask for gpus",
  volumes: "are no part of a job: see mounts for folders of the server, and checkpoint.path for what is to last",
  restart: "is the scheduler's part: see retries",
};

export function containerFaults(job: Partial<JobSpecInput>, allowed: Allowed): Fault[] {
  return [...mountFaults(job, allowed.mountRoots), ...userFaults(job, allowed.runAs), ...codeFaults(job, allowed)];
}

/** Fills in what the job asks for. It has been checked. */
export function containerOf(
  { imagePull, code, mounts, runAs }: JobSpecInput,
  allowed: Allowed,
): Pick<JobSpec, "imagePull" | "code" | "mounts" | "runAs"> {
  const uploaded = typeof code === "object" ? allowed.code(code.hash) : null;
  return {
    ...(imagePull === "always" && { imagePull }),
    ...(typeof code === "object" && uploaded && { code: { hash: code.hash, ...uploaded } }),
    ...(mounts && mounts.length > 0 && { mounts: mounts.map((mount) => mountOf(mount) as Mount) }),
    ...(runAs !== undefined && { runAs }),
  };
}

/** As the user would write it: what is default is left out. */
export function writtenContainer({ imagePull, code, mounts, runAs }: JobSpec): Partial<JobSpecInput> {
  return {
    ...(imagePull && { imagePull }),
    ...(code && { code: { hash: code.hash } }),
    ...(mounts && { mounts }),
    ...(runAs !== undefined && { runAs }),
  };
}

type MountInput = NonNullable<JobSpecInput["mounts"]>[number];

/** Null for a text that is none. */
function mountOf(mount: MountInput): Mount | null {
  if (typeof mount === "object") return { ...mount, readOnly: mount.readOnly ?? true, ...cleaned(mount) };
  const [source = "", target, mode = "ro", ...rest] = mount.split(":");
  if (target === undefined || rest.length > 0 || (mode !== "ro" && mode !== "rw")) return null;
  return { ...cleaned({ source, target }), readOnly: mode === "ro" };
}

/** One way to write a path; one that is not absolute stays as it is, to be told of. */
function cleaned({ source, target }: Pick<Mount, "source" | "target">): Pick<Mount, "source" | "target"> {
  const clean = (path: string): string => (path.startsWith("/") ? posix.normalize(path).replace(/(.)\/$/, "$1") : path);
  return { source: clean(source), target: clean(target) };
}

const TAKEN = ["/proc", "/sys", "/dev", "/schedulearn", CODE_PATH];

function mountFaults({ mounts = [], image, checkpoint }: Partial<JobSpecInput>, roots: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  if (mounts.length > 0 && image === undefined)
    faults.push(faultAt(["mounts"], "need an image: only containers have mounts"));
  const targets = new Map<string, number>();
  for (const [i, written] of mounts.entries()) {
    const at = (field: string): Path => ["mounts", String(i), ...(typeof written === "object" ? [field] : [])];
    const mount = mountOf(written);
    if (!mount) {
      faults.push(faultAt(at(""), "must be /folder/of/the/server:/folder/in/the/container, with :ro or :rw behind it"));
      continue;
    }
    const { source, target } = mount;
    const sourceProblem = problemOfSource(source, typeof written === "object" ? written.source : written, roots);
    if (sourceProblem) faults.push(faultAt(at("source"), sourceProblem));
    const targetProblem = problemOfTarget(target, checkpoint?.path ?? "/checkpoint");
    const twin = targets.get(target);
    if (targetProblem) faults.push(faultAt(at("target"), targetProblem));
    else if (twin !== undefined) faults.push(faultAt(at("target"), `is the target of mounts.${twin} already`));
    targets.set(target, i);
  }
  return faults;
}

function problemOfSource(source: string, written: string, roots: readonly string[]): string | null {
  if (!source.startsWith("/")) return "must be an absolute path on the server: volumes by name are not given to jobs";
  if (written.split(/[/:]/).includes("..")) return "must not hold ..: write where it leads";
  if (roots.some((root) => source === root || source.startsWith(`${root}/`))) return null;
  const remedy = "containers.mountRoots of schedulearn.yaml is the operator's word";
  return roots.length === 0
    ? `no folder of a server may be mounted: ${remedy}`
    : `${source} does not lie below ${listed(roots)}: ${remedy}`;
}

function problemOfTarget(target: string, checkpointPath: string): string | null {
  if (!target.startsWith("/") || target === "/") return "must be an absolute path below /, such as /data";
  const within = (folder: string): boolean => target === folder || target.startsWith(`${folder}/`);
  const taken = TAKEN.find(within);
  if (taken) return `must not lie in ${taken}`;
  const hidden = posix.resolve("/", checkpointPath);
  return within(hidden) || hidden.startsWith(`${target}/`) ? `must not overlap checkpoint.path, ${hidden}` : null;
}

function userFaults({ runAs, image }: Partial<JobSpecInput>, allowed: readonly string[] | null): Fault[] {
  if (runAs === undefined) return [];
  if (image === undefined) return [faultAt(["runAs"], "needs an image: a process server runs jobs as itself")];
  if (allowed === null || allowed.includes(runAs)) return [];
  const remedy = "containers.allowRunAs of schedulearn.yaml is the operator's word";
  return [
    faultAt(
      ["runAs"],
      allowed.length > 0 ? `must be ${listed(allowed)}: ${remedy}` : `no job may choose it: ${remedy}`,
    ),
  ];
}

function codeFaults({ code, image, workdir, checkpoint }: Partial<JobSpecInput>, allowed: Allowed): Fault[] {
  if (code === undefined) return [];
  if (typeof code === "string")
    return [
      faultAt(["code"], "is a folder of your machine: hand the job in with schedulearn submit, which uploads it"),
    ];
  const faults: Fault[] = [];
  if (!allowed.code(code.hash))
    faults.push(
      faultAt(["code", "hash"], "nothing was uploaded under it, or it was not needed for long: upload it again"),
    );
  if (image === undefined && workdir?.startsWith("/"))
    faults.push(
      faultAt(["workdir"], "must lie within the code: leave it out, or give a path that does not begin with /"),
    );
  const folder = posix.resolve("/", checkpoint?.path ?? "/checkpoint");
  if (folder === CODE_PATH || folder.startsWith(`${CODE_PATH}/`))
    faults.push(faultAt(["checkpoint", "path"], `must not lie in ${CODE_PATH}, which is read-only`));
  return faults;
}
