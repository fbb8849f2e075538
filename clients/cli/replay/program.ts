import { stringify } from "yaml";
import type { Size, Submission } from "./laboratory.ts";

/**
 * Works for WORK_MILLIS on one GPU or core, so many times faster with more of them, by sleeping: what a job of a trace is replayed as
 * where nothing else is given. It needs a shell and nothing else. It saves each second, stops when it is told to, and takes over another
 * size while it runs. A time in which it is frozen is no work.
 */
const WORK = `file=\${SCHEDULEARN_CHECKPOINT_DIR:-checkpoint}/worked
mkdir -p "\${file%/*}"
worked=0
[ ! -f "$file" ] || read -r worked <"$file"
stopping=no
trap 'stopping=yes' TERM

# Sets now: milliseconds since the machine started.
look() {
  read -r up rest </proc/uptime
  now=$((\${up%.*} * 1000 + 1\${up#*.}0 - 1000))
}
# Sets size to the present grant, which may change.
take_over() {
  gpus=\${SCHEDULEARN_GPUS:-0} cores=\${SCHEDULEARN_CORES:-1}
  if read -r grant 2>/dev/null <"\${SCHEDULEARN_DIR:-/schedulearn}/allocation.json"; then
    gpus=\${grant#*'"gpus":'} cores=\${grant#*'"cores":'}
  fi
  size=\${gpus%%,*}
  [ "$size" -gt 0 ] || size=\${cores%%,*}
  [ "$size" -gt 0 ] || size=1
}
save() {
  echo "$worked" >"$file.new"
  mv "$file.new" "$file" || mv "$file.new" "$file" # the stop signal goes to mv too
}

look
last=$now told=$now
while [ "$worked" -lt "$WORK_MILLIS" ]; do
  take_over
  left=$(((WORK_MILLIS - worked + size - 1) / size))
  step=$((left < 200 ? left : 200))
  case $step in ?) zeros=00 ;; ??) zeros=0 ;; *) zeros= ;; esac
  sleep "0.$zeros$step" &
  wait $!
  look
  passed=$((now - last)) last=$now
  [ "$passed" -lt 2000 ] || passed=$step # it was frozen
  worked=$((worked + passed * size < WORK_MILLIS ? worked + passed * size : WORK_MILLIS))
  if [ $((now - told)) -ge 1000 ] || [ "$worked" -eq "$WORK_MILLIS" ] || [ "$stopping" = yes ]; then
    told=$now
    save
    echo "{\\"schedulearn\\": {\\"step\\": $worked, \\"steps\\": $WORK_MILLIS, \\"checkpoint\\": {\\"step\\": $worked}}}"
  fi
  [ "$stopping" = no ] || exit 143
done
`;

const BUILT_IN = {
  image: "busybox",
  command: WORK,
  checkpoint: { graceSeconds: 10 },
  retries: { application: 1 },
};

/** What the server would take for an id of its own: no job may be called so. */
const LIKE_AN_ID = /^(job-)?\d+$/i;

/** A job file's fields, as YAML has them. */
export type JobFile = Readonly<Record<string, unknown>>;

export interface PlayOptions {
  /** Of every job; null: none, so that its processes run on the machine. Undefined: what the template says, else the file. */
  readonly image: string | null | undefined;
  /** What runs in place of the work above. */
  readonly template: JobFile | null;
  /** A job takes this part of what the file says. */
  readonly scale: number;
  /** What asks for GPUs gets as many cores. */
  readonly onCores: boolean;
  /** By which the jobs of one replay are found again. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The job that a line of the file is replayed as, in YAML. @param now when it is submitted, for deadlines */
export function jobFileOf(
  cue: Submission,
  { image, template, scale, onCores, labels }: PlayOptions,
  now: number,
): string {
  const { gpus, cores } = sizesOf(cue, onCores);
  const size = gpus ?? cores;
  const canChange = size !== null && size.min < size.max;
  const workMillis = workMillisOf(cue, scale);
  const { image: ownImage, ...own }: JobFile = template ?? BUILT_IN;
  const anImage = image === undefined ? (ownImage ?? cue.program) : image;
  const at = cue.deadlineSeconds === null ? null : now + cue.deadlineSeconds * scale * 1000;
  return stringify({
    ...(cue.program !== null && { type: cue.program }),
    ...(canChange && { elasticity: gpus ? "restart" : "live" }),
    ...own,
    ...(anImage !== null && { image: anImage }),
    ...(gpus && { gpus }),
    ...(cores && { cores }),
    ...(cue.parallelism && { parallelism: cue.parallelism }),
    ...(cue.user !== null && { user: cue.user }),
    ...(at !== null && { deadline: new Date(at).toISOString() }),
    name: LIKE_AN_ID.test(cue.name) ? `replay-${cue.name}` : cue.name,
    priority: cue.priority,
    labels: { ...(own.labels as JobFile | undefined), ...labels },
    env: {
      ...(own.env as JobFile | undefined),
      ...(workMillis !== null && { WORK_MILLIS: String(workMillis), WORK_SECONDS: String(workMillis / 1000) }),
    },
  });
}

/** On one GPU or core. */
export function workMillisOf({ seconds, gpus, cores }: Submission, scale: number): number | null {
  const size = gpus ?? cores;
  return seconds === null ? null : Math.round(seconds * scale * (size?.preferred ?? 1) * 1000);
}

export const sizesOf = (
  { gpus, cores }: Pick<Submission, "gpus" | "cores">,
  onCores: boolean,
): { readonly gpus: Size | null; readonly cores: Size | null } =>
  onCores && gpus ? { gpus: null, cores: gpus } : { gpus, cores };
