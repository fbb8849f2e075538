// What a user of the API does first, ready to run. Ids are those of a young cluster: put your own in their place.

const FIRST = `# The button or Ctrl-Enter runs it, Ctrl-Space completes,
# the book on the left explains every field.

`;

/** Each is one operation; its name is that of its tab. */
export const examples = [
  {
    title: "List jobs",
    query: `${FIRST}query Jobs {
  jobs(first: 20, filter: { statuses: [PENDING, STARTING, RUNNING] }) {
    totalCount
    nodes {
      id
      name
      status
      statusReason
      progress { epoch epochs fraction metrics }
      estimate { remainingTime }
      server { name }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    title: "Submit a job",
    query: `mutation Submit {
  submitJob(
    input: {
      spec: {
        name: "first"
        command: "for i in 1 2 3 4 5 6 7 8 9 10; do echo epoch=$i/10 loss=0.$i; sleep 1; done"
        # image: "busybox"  # where the servers are Docker hosts
        # gpus: { count: 1 }
        labels: { project: "demo" }
      }
    }
  ) {
    job { id name status statusReason }
    errors { message code path }
  }
}
`,
  },
  {
    title: "Follow a job's output",
    query: `# From its first line to its last.
subscription Output {
  jobLogs(job: "1") {
    cursor
    lines { at stream text }
  }
}
`,
  },
  {
    title: "Follow a job's progress",
    query: `subscription Progress {
  jobProgress(job: "1") {
    progress { epoch epochs step steps fraction samplesPerSecond metrics at }
  }
}
`,
  },
  {
    title: "Follow everything that happens",
    query: `subscription Events {
  events {
    at
    type
    jobId
    summary
  }
}
`,
  },
  {
    title: "Why does my job wait?",
    query: `query Why {
  job(id: "1") {
    status
    why {
      summary
      blockers { message remedy until jobs servers }
      smallestChange { message command }
      placement { message }
      changes(first: 5) { at message }
    }
  }
}
`,
  },
  {
    title: "When does it start and end?",
    query: `query Forecast {
  forecast(hypothetical: { spec: { command: "python train.py", gpus: { count: 1 } } }) {
    hypothetical { startsAt { p10 p50 p90 } endsAt { p50 } serverName reason }
    policies { policy jobs { job name startsAt { p50 } endsAt { p10 p50 p90 } basis reason } }
    errors { message path }
  }
}
`,
  },
  {
    title: "Move a job to another server",
    query: `mutation Migrate {
  migrateJob(input: { id: "1", to: "beta" }) {
    migration { id state from to reason }
    errors { message code path }
  }
}
`,
  },
  {
    title: "Cancel a job",
    query: `mutation Cancel {
  cancelJob(input: { id: "1", graceSeconds: 30 }) {
    job { id status statusReason }
    errors { message code path }
  }
}
`,
  },
  {
    title: "Servers and GPUs",
    query: `query Servers {
  servers {
    nodes {
      name
      health
      reason
      cores
      coresUsed
      memoryMiB
      memoryUsedMiB
      gpus { index model state utilisationPercent memoryUsedMiB memoryMiB job { id name } }
    }
  }
}
`,
  },
  {
    title: "Watch how busy the GPUs are",
    query: `subscription Usage {
  gpuUsage {
    at
    servers { serverName coresBusy gpus { id utilisationPercent memoryUsedMiB job { name } } }
  }
}
`,
  },
  {
    title: "Policies and their options",
    query: `query Policies {
  policies { key active description values options { name description default } }
  placements { key active description }
}
`,
  },
  {
    title: "Choose a policy",
    query: `mutation SetPolicy {
  setPolicy(input: { policy: "fifo", options: { backfill: "easy" }, placement: "consolidate" }) {
    policy { key values }
    errors { message code path }
  }
}
`,
  },
];
