import { ALIASES } from "../sim/aliases.ts";

const USAGE = `Usage: schedulearn simulate --trace FILE --cluster SERVERSxGPUS --policy KEY[,KEY…] [option…]

Runs the scheduler, as it runs live, over a trace of jobs on servers that only pretend, and prints what came of it.
`;

/** A new flag has its line in the section of its kind. */
const SECTIONS: Readonly<Record<string, string>> = {
  "What runs": `
  --trace FILE         CSV: job_id,submit_time_s,num_gpus,duration_s and where known model,iterations,batch_size,min_gpus,max_gpus,
                       user,priority,deadline_s; the columns of the Tiresias simulator will do too
  --limit N            only its first N jobs
  --cluster SIZE       16x4: 16 servers of 4 GPUs; pool:64: 64 GPUs without servers`,
  Policies: `
  --policy KEY         repeated or with commas; also ${Object.keys(ALIASES).join(", ")}, as other simulators call them
  --option NAME=VALUE  of the policy, repeated; POLICY.NAME=VALUE where only one of several is meant
  --placement KEY      consolidate (default), spread, hungarian, genetic, branch-and-bound
  --estimates WHAT     what policies know of the jobs: exact (how long they take, and their speed at each size), declared
                       (how much work they are), learned (nothing, but they print their progress and the estimator learns).
                       Default: exact for policies that need estimates, learned for all others
  --untold             the same as --estimates learned`,
  Sizes: `
  --speedups FILE      CSV: model,num_gpus,throughput and where known source,scaling,gpu,local_bsz,global_bsz
  --scaling NUMBER     speed of n GPUs = n to this power, for elastic jobs without a measured curve (default 0.9)
  --elastic TIMES      jobs may run on 1 GPU up to TIMES num_gpus, or up to what was measured of their model (default for elastic
                       policies: 4); columns min_gpus and max_gpus go before it
  --fixed              jobs always have num_gpus (default for other policies)`,
  Costs: `
  --costs WHAT         none: zero costs, and no anti-thrash; or prepare=S,start=S,stop=S,carry=S,resize=S in seconds, and
                       spread=PART, the part of its speed that a gang on several servers keeps (default: start=30)
  --guards WHAT        anti-thrash: default, none, or NAME=NUMBER,… as in the configuration`,
  Output: `
  --jobs-out FILE      CSV: job_id,first_start_s,end_s,preemptions; with several policies FILE.POLICY.csv each
  --json               the metrics by policy as JSON
  --seed N             for everything that is drawn by lot (default 1)
  --quiet              no word about progress`,
};

export const HELP = `${USAGE}
${Object.entries(SECTIONS)
  .map(([title, lines]) => `${title}${lines}\n`)
  .join("")}`;
