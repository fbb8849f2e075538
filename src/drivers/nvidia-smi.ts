import type { DeclaredGpu } from "../core/server.ts";
import { xidIn } from "../progress/xid.ts";
import type { FoundRun } from "./driver.ts";

/** Fields that every driver since 2020 knows; the name comes last, since it may hold commas. */
const FIELDS = [
  "index",
  "uuid",
  "pci.bus_id",
  "memory.total",
  "memory.used",
  "utilization.gpu",
  "temperature.gpu",
  "mig.mode.current",
  "ecc.errors.uncorrected.volatile.total",
  "retired_pages.pending",
  "name",
] as const;

/**
 * All questions in one go, so that an engine needs one container for them. Where one GPU is lost, nvidia-smi may tell of none: then those in
 * KNOWN_GPUS are asked one by one. Whose a process is shows in its cgroup, which names its container, or in its variables: those of another
 * user cannot be read, and are not of a run. The kernel's log may be denied: then it tells nothing.
 */
export const SMI_SCRIPT = `command -v nvidia-smi >/dev/null 2>&1 || { echo "nvidia-smi is not there"; exit 127; }
ask() { echo "@ $1"; shift; nvidia-smi "$@" 2>&1; rc=$?; echo "@ = $rc"; }
q="--query-gpu=${FIELDS.join(",")} --format=csv,noheader,nounits"
ask gpus $q
[ "$rc" = 0 ] || for gpu in $KNOWN_GPUS; do ask "gpu $gpu" -i "$gpu" $q; done
ask list -L
ask apps --query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader,nounits
echo "@ owners"
for pid in $(nvidia-smi --query-compute-apps=pid --format=csv,noheader 2>/dev/null); do
  [ -r "/proc/$pid/cgroup" ] || continue
  box=$(grep -oE '[0-9a-f]{64}' "/proc/$pid/cgroup" | tail -n 1)
  env=$(tr '\\0' '\\n' 2>/dev/null < "/proc/$pid/environ") && env="known $(printf '%s' "$env" | sed -n 's/^SCHEDULEARN_\\(JOB_ID\\|ATTEMPT\\)=/\\1 /p' | tr '\\n' ' ')" ||
    grep -q "^Uid:.$(id -u)" "/proc/$pid/status" || env=known
  echo "$pid \${box:--} $env"
done 2>/dev/null
echo "@ = 0"
echo "@ kernel"
read -r up rest < /proc/uptime && echo "up $up"
{ dmesg || dmesg -S; } 2>/dev/null | grep -E 'NVRM: Xid' | tail -n 100
echo "@ = 0"
`;

/** A device as nvidia-smi tells of it: a GPU, or a slice of one. What it does not tell is null. */
export interface SmiGpu extends DeclaredGpu {
  readonly uuid: string;
  readonly busId: string | null;
  readonly utilisationPercent: number | null;
  readonly memoryUsedMiB: number | null;
  readonly temperatureC: number | null;
  /** Why it must not be used. */
  readonly fault: string | null;
}

/** A process that computes on a GPU. */
export interface SmiProcess {
  readonly uuid: string;
  readonly pid: number;
  readonly memoryMiB: number | null;
  readonly name: string;
  /** The id of the container that it runs in; null when it runs in none; absent when that could not be seen. */
  readonly container?: string | null;
  /** Whose it says it is by its variables; null when they name no run; absent when they could not be read. */
  readonly run?: FoundRun | null;
}

/** An error of a device in the kernel's log. */
export interface SmiXid {
  readonly busId: string;
  /** With the kernel's own time stamp, so that no two are alike. */
  readonly line: string;
  readonly text: string;
  readonly ageSeconds: number;
}

export interface SmiReport {
  /** What can be given to jobs: GPUs, or in place of one in MIG mode its slices. */
  readonly gpus: readonly SmiGpu[];
  readonly processes: readonly SmiProcess[];
  /** The oldest first; only those after which a device is in doubt. */
  readonly xids: readonly SmiXid[];
  /** Faults of devices that it cannot tell more of: by UUID or index as they were asked for, and by PCI bus id. */
  readonly faults: ReadonlyMap<string, string>;
  /** Whether what is not listed is not there. */
  readonly isWhole: boolean;
  /** Why it tells nothing at all, or that it tells little; null when all is well. */
  readonly trouble: string | null;
}

interface Answer {
  readonly question: string;
  readonly lines: readonly string[];
  readonly ok: boolean;
}

/** Reads what the script printed. */
export function parseSmi(text: string): SmiReport {
  const answers = answersIn(text);
  const of = (question: string): Answer | undefined => answers.find((answer) => answer.question === question);
  const all = of("gpus");
  if (!all) return { ...NOTHING, trouble: text.trim().split("\n").at(-1) || "it printed nothing" };
  const single = answers.filter(({ question }) => question.startsWith("gpu "));
  const rows = [all, ...single].flatMap(({ lines }) => lines.flatMap(parseRow));
  const physical = [...new Map(rows.map((row) => [row.uuid, row])).values()].sort((a, b) => a.index - b.index);
  const list = of("list");
  const gpus = withSlices(physical, list?.lines ?? []);
  const faults = new Map<string, string>();
  for (const line of answers.flatMap(({ lines }) => lines)) {
    const [, bus, what] = LOST.exec(line) ?? [];
    if (bus !== undefined && what !== undefined) faults.set(shortBus(bus), what);
  }
  for (const { question, lines, ok } of single)
    if (!ok && !lines.some((line) => parseRow(line).length > 0))
      faults.set(question.slice("gpu ".length), firstOf(lines));
  const isEmpty = /no devices were found/i.test(all.lines.join(" "));
  const unsliced = physical.length > 0 && gpus.length === 0 ? "all GPUs are in MIG mode and none has a slice" : null;
  const trouble = isEmpty ? "no devices were found" : all.ok ? unsliced : firstOf(all.lines);
  const owners = new Map((of("owners")?.lines ?? []).map(parseOwner));
  const processes = (of("apps")?.lines ?? [])
    .flatMap(parseProcess)
    .map((told) => ({ ...told, ...owners.get(told.pid) }));
  return { gpus, processes, xids: parseKernel(of("kernel")?.lines ?? []), faults, isWhole: all.ok, trouble };
}

const NOTHING: Omit<SmiReport, "trouble"> = { gpus: [], processes: [], xids: [], faults: new Map(), isWhole: false };

/** As nvidia-smi words it: "Unable to determine the device handle for GPU 0000:1B:00.0: GPU is lost." */
const LOST = /^Unable to determine the device handle for (?:GPU ?)?([0-9A-Fa-f:.]+): (.+)$/;
/** In place of a number, when the device does not answer. */
const BROKEN = /unknown error|gpu is lost|requires reset|^\[?err!?\]?$/i;

function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  let question: string | null = null;
  let lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const end = /^@ = (\d+)$/.exec(line);
    const begin = /^@ (.+)$/.exec(line);
    if (end && question !== null) {
      answers.push({ question, lines, ok: end[1] === "0" });
      question = null;
    } else if (begin) [question, lines] = [begin[1] as string, []];
    else if (line.trim() !== "") lines.push(line.trim());
  }
  return answers;
}

const firstOf = ([line = "nvidia-smi failed without a word"]: readonly string[]): string =>
  LOST.exec(line)?.[2] ?? line;

type Row = SmiGpu & { readonly inSlices: boolean };

function parseRow(line: string): Row[] {
  const parts = line.split(",").map((part) => part.trim());
  const [index = "", uuid = "", bus = "", total, used, utilisation, temperature, mig, ecc, retired, ...name] = parts;
  if (!/^\d+$/.test(index) || name.length === 0) return [];
  const broken = [total, used, utilisation, temperature].find((value) => BROKEN.test(value ?? ""));
  const uncorrected = numberIn(ecc) ?? 0;
  return [
    {
      index: Number(index),
      uuid,
      model: name.join(", "),
      memoryMiB: numberIn(total),
      busId: /^[0-9A-Fa-f:.]+$/.test(bus) ? shortBus(bus) : null,
      utilisationPercent: numberIn(utilisation),
      memoryUsedMiB: numberIn(used),
      temperatureC: numberIn(temperature),
      inSlices: mig === "Enabled",
      fault:
        broken !== undefined
          ? broken.replace(/^\[|\]$/g, "")
          : uncorrected > 0
            ? `${uncorrected} uncorrected ECC error${uncorrected === 1 ? "" : "s"}`
            : retired === "Yes"
              ? "memory pages wait to be retired: it has to be reset"
              : null,
    },
  ];
}

function numberIn(text: string | undefined): number | null {
  const number = Number.parseFloat(text ?? "");
  return Number.isNaN(number) ? null : Math.round(number);
}

/** nvidia-smi writes the domain of a bus id with four digits or with eight. */
const shortBus = (bus: string): string => bus.toLowerCase().replace(/^0+(?=[0-9a-f]{4}:)/, "");

/** A GPU in MIG mode is given as its slices only. Their indices go on behind those of the GPUs. */
function withSlices(physical: readonly Row[], list: readonly string[]): SmiGpu[] {
  const given: SmiGpu[] = physical.filter(({ inSlices }) => !inSlices).map(({ inSlices: _, ...gpu }) => gpu);
  let parent: Row | undefined;
  let index = Math.max(-1, ...physical.map((gpu) => gpu.index));
  for (const line of list) {
    const [, at] = /^GPU (\d+): /.exec(line) ?? [];
    if (at !== undefined) parent = physical.find((gpu) => gpu.index === Number(at));
    const [, profile, uuid] = /^MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    if (!parent || profile === undefined || uuid === undefined) continue;
    const gibibytes = Number(/\.(\d+)gb/.exec(profile)?.[1] ?? Number.NaN);
    index++;
    given.push({
      index,
      uuid,
      model: `${parent.model} MIG ${profile}`,
      memoryMiB: Number.isNaN(gibibytes) ? null : gibibytes * 1024,
      parent: parent.uuid,
      busId: parent.busId,
      utilisationPercent: null,
      memoryUsedMiB: null,
      temperatureC: parent.temperatureC,
      fault: parent.fault,
    });
  }
  return given;
}

function parseProcess(line: string): SmiProcess[] {
  const [uuid = "", pid = "", memory, ...name] = line.split(",").map((part) => part.trim());
  if (!/^\d+$/.test(pid) || name.length === 0) return [];
  return [{ uuid, pid: Number(pid), memoryMiB: numberIn(memory), name: name.join(", ") }];
}

/** "4711 - known JOB_ID job-3 ATTEMPT 1": its number, its container, and what its variables say. */
function parseOwner(line: string): [pid: number, of: Pick<SmiProcess, "container" | "run">] {
  const [pid, container, known, ...variables] = line.split(" ");
  const told = (name: string): string | undefined => variables[variables.indexOf(name) + 1 || variables.length];
  const [job, attempt] = [told("JOB_ID"), Number(told("ATTEMPT"))];
  const run = job !== undefined && Number.isInteger(attempt) ? { job, attempt } : null;
  return [Number(pid), { container: container === "-" ? null : (container ?? null), ...(known && { run }) }];
}

/** "[36272.389815] NVRM: Xid …", in seconds since the machine began. Without such a stamp nobody can tell an old error from a new one. */
function parseKernel(lines: readonly string[]): SmiXid[] {
  const up = Number(/^up ([\d.]+)$/.exec(lines[0] ?? "")?.[1]);
  return lines.flatMap((line) => {
    const stamp = /^\[ *(\d+\.\d+)\]/.exec(line)?.[1];
    const xid = xidIn(line);
    if (!xid || stamp === undefined || Number.isNaN(up)) return [];
    return [{ busId: shortBus(xid.busId), line, text: xid.text, ageSeconds: Math.max(0, up - Number(stamp)) }];
  });
}
