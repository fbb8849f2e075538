import { Migration } from "@mikro-orm/migrations";

/**
 * Who had what of which server, from when to when. Of runs before this it is known where they were placed, started and ended, and what
 * they had last; not how they came to it.
 */
export class Tenures20261126 extends Migration {
  override up(): void {
    this.addSql(
      "create table `tenure` (`number` integer not null primary key, `job` text not null, `attempt` integer not null, `generation` integer not null, `server` text not null, `status` text not null, `since` integer not null, `until` integer null, `gpus` json not null, `cores` json not null, `memory_mi_b` integer not null)",
    );
    this.addSql("create index `tenure_until_job_index` on `tenure` (`until`, `job`)");
    const [placed, started, ended] = ["placedAt", "startedAt", "endedAt"].map(
      (field) => `json_extract(run.body, '$.${field}')`,
    );
    const part = (status: string, since: string, until: string, where: string): string =>
      `select run.job, run.attempt, 1 as generation, json_extract(share.value, '$.server') as server, '${status}' as status,
              ${since} as since, ${until} as until, json_extract(share.value, '$.gpus') as gpus,
              json_extract(share.value, '$.cores') as cores, coalesce(json_extract(share.value, '$.memoryMiB'), 0) as memory
         from run, json_each(run.body, '$.on') as share where ${where}`;
    this.addSql(
      `insert into \`tenure\` (\`job\`, \`attempt\`, \`generation\`, \`server\`, \`status\`, \`since\`, \`until\`, \`gpus\`, \`cores\`, \`memory_mi_b\`)
       select * from (
         ${part("starting", `${placed}`, `coalesce(${started}, ${ended})`, `${placed} is not null`)}
         union all
         ${part("running", `${started}`, `${ended}`, `${started} is not null`)}
       ) order by since`,
    );
  }

  override down(): void {
    this.addSql("drop table `tenure`");
  }
}
