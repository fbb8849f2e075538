import { ALIASES } from "../sim/aliases.ts";
import { PRESETS } from "../sim/traces/generate/presets.ts";
import { STUDIES } from "./study/index.ts";

const USAGE = `Usage: schedulearn simulate --trace FILE --cluster SERVERSxGPUS --policy KEY[,KEY…] [option…]

Runs the scheduler, as it runs live, over a trace of jobs on servers that only pretend, and prints
what came of it.
`;

const STUDIES_TOLD = Object.entries(STUDIES)
  .map(([name, { about }]) => `${name} (${about})`)
  .join(", ");

/** Each flag with what it does, wrapped when it is printed; a new one has its entry in the section of its kind. */
const SECTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "What runs": {
    "--trace FILE": `CSV: job_id,submit_time_s,num_gpus,duration_s and where known
      model,type,iterations,batch_size,min_gpus,max_gpus,
      gpu_model,num_cores,min_cores,max_cores,user,priority,deadline_s; the same as JSON lines; the columns of the
      Tiresias simulator; Philly's cluster_job_log, or its jobs as CSV. Known by what is in it`,
    "--format WHAT": "csv, tiresias, philly-csv, philly, jsonl: insists on it",
    "--generate PRESET[,NAME=VALUE…]": `in place of a trace, jobs drawn by lot with --seed: ${Object.keys(PRESETS).join(", ")}; jobs=N,users=N,
      arrivals=poisson:GAP,duration=lognormal:MEDIAN:SIGMA,gpus=1:90+4:10 and more change it`,
    "--from-history [DATABASE]":
      "in place of a trace, the jobs of a live system (default: the database that schedulearn start would use here)",
    "--trace-out FILE": "writes the jobs as CSV; without a policy, that is all",
    "--requests FILE": `in place of a trace: execution,INSTANCE,IMAGE,THREADS,DELAY,PRIORITY[,DURATION] and update,… lines, as a
      public scheduler of TensorFlow programs reads them; or
      random:count=20,gap=30,threads=2-8,duration=60-600,updates=0.2`,
    "--programs FILE": "CSV: image,duration_s[,threads], for requests that do not say how long they take",
    "--requests-out FILE": "writes the requests, for another run or schedulearn replay",
    "--limit N": "only its first N jobs",
    "--cluster SIZE": `16x4: 16 servers of 4 GPUs; pool:64: 64 GPUs without servers; cores:2x16: 2 servers of 16 cores; 16x4+32: 16
      servers of 4 GPUs and 32 cores; FILE.yaml; live[:DATABASE]: the servers of a live system`,
  },
  Policies: {
    "--policy KEY": `repeated or with commas, or all; --compare is another word for it; also ${Object.keys(ALIASES).join(", ")},
      as other simulators call them`,
    "--option NAME=VALUE": "of the policy, repeated; POLICY.NAME=VALUE where only one of several is meant",
    "--placement KEY": "one or several: consolidate (default), spread, hungarian, genetic, branch-and-bound",
    "--estimates WHAT": `what policies know of the jobs: exact (how long they take, and their speed at each size), declared (how much
      work they are), learned (nothing, but they print their progress and the estimator learns). Default: exact
      for policies that need estimates, learned for all others`,
    "--untold": "the same as --estimates learned",
  },
  Sizes: {
    "--speedups FILE":
      "CSV: model,num_gpus,throughput and where known source,scaling,gpu,local_bsz,global_bsz; or live, live:DATABASE: what a live system has learned of each type of job",
    "--scaling NUMBER": "speed of n GPUs = n to this power, for elastic jobs without a measured curve (default 0.9)",
    "--elastic TIMES": `jobs may run on 1 GPU up to TIMES num_gpus, or up to what was measured of their model (default for elastic
      policies: 4); columns min_gpus and max_gpus go before it`,
    "--fixed": "jobs always have num_gpus (default for other policies)",
  },
  Costs: {
    "--costs WHAT": `none: zero costs, and no anti-thrash; or NAME=NUMBER,… (default: start=30); or FILE.yaml with such numbers
      for all jobs (default:) and for a model's (models:). In seconds: prepare, start, stop, carry, resize,
      checkpoint (writing one, at a stop too), checkpoint-every (so much work; 0: only at stops).
      checkpoint-mib=MIB and transfer=MIB_PER_SECOND: carrying it to another server. Parts of its speed:
      spread=PART is what a gang on two servers keeps, spread-more=PART what it keeps of that for each server
      more, interference=PART what a job loses where all other GPUs of its server are busy`,
    "--failures WHAT": `none (default), or run=H,server=H,repair=H: GPU-hours of a run until a GPU fails it, hours of a server until
      it crashes and until it is back, on average`,
    "--guards WHAT": "anti-thrash: default, none, or NAME=NUMBER,… as in the configuration",
  },
  Studies: {
    "--study NAME": `in place of the table of policies: ${STUDIES_TOLD}`,
    "--study-out FILE": "CSV: the study's table",
  },
  Output: {
    "--jobs-out FILE": "CSV: job_id,first_start_s,end_s,preemptions; with several policies FILE.POLICY.csv each",
    "--details FILE": "CSV: every metric of each job; with several policies FILE.POLICY.csv each",
    "--report FILE.html": "one page about all policies, with plots, that needs no other file",
    "--columns LIST": "of the table: meanJct,p99Jct,fragmentation,… as in the JSON, or all; * marks the best",
    "--json": "the metrics by policy as JSON",
    "--seed N": "for everything that is drawn by lot (default 1)",
    "--seeds 1..20": "each policy with each of them: means with their 95 % confidence, of what is drawn by lot",
    "--threads N": "runs at once (default: as many as there are cores)",
    "--quiet": "no word about progress",
  },
};

const WIDTH = 100;
const INDENT = 23;

/** The flag, and beside it what it does; below it where it is too long for that. */
function entry(flag: string, words: string): string {
  const lines = [`  ${flag}`.padEnd(INDENT)];
  if (flag.length + 2 >= INDENT) lines.push(" ".repeat(INDENT));
  for (const word of words.trim().split(/\s+/)) {
    const last = lines.at(-1) as string;
    if (last.length > INDENT && last.length + 1 + word.length > WIDTH) lines.push(" ".repeat(INDENT) + word);
    else lines[lines.length - 1] = last.endsWith(" ") ? last + word : `${last} ${word}`;
  }
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

const section = ([title, flags]: [string, Readonly<Record<string, string>>]): string =>
  `${title}\n${Object.entries(flags)
    .map(([flag, words]) => entry(flag, words))
    .join("")}`;

const EXAMPLES = `Examples:
  schedulearn simulate --trace jobs.csv --cluster 16x4 --policy fifo,tiresias,goodput
  schedulearn simulate --generate nas --cluster 8x4 --policy all --untold --report nas.html
  schedulearn simulate --from-history --cluster live --policy fifo,srtf --untold
  schedulearn simulate --study migration --generate nas --cluster 4x4

Exit codes: 0 done; 1 something is refused or fails; 2 the command line is wrong; 130 Ctrl-C
`;

export const HELP = `${USAGE}\n${Object.entries(SECTIONS).map(section).join("\n")}\n${EXAMPLES}`;
