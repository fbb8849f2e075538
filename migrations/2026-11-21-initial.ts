import { Migration } from "@mikro-orm/migrations";

/** The first tables. Tables with a text key have no row id of their own: one tree each, which keeps the file small. */
export class Initial20261121 extends Migration {
  override up(): void {
    this.addSql(
      "create table `event` (`seq` integer not null primary key, `at` integer not null, `type` text not null, `job` text null, `server` text null, `body` json not null)",
    );
    this.addSql("create index `event_job_seq_index` on `event` (`job`, `seq`)");

    this.addSql(
      "create table `job` (`id` text not null primary key, `number` integer not null, `name` text not null, `type` text not null, `user` text not null, `status` text not null, `priority` integer not null, `submitted_at` integer not null, `ended_at` integer null, `submit_key` text null, `labels` json not null, `body` json not null)",
    );
    this.addSql("create index `job_number_index` on `job` (`number`)");
    this.addSql("create index `job_status_number_index` on `job` (`status`, `number`)");
    this.addSql("create index `job_submit_key_index` on `job` (`submit_key`)");

    this.addSql(
      "create table `run` (`id` text not null primary key, `job` text not null, `attempt` integer not null, `server` text not null, `ended_at` integer null, `body` json not null)",
    );
    this.addSql("create index `run_job_attempt_index` on `run` (`job`, `attempt`)");

    this.addSql(
      "create table `migration` (`id` text not null primary key, `job` text not null, `state` text not null, `requested_at` integer not null, `body` json not null)",
    );
    this.addSql("create index `migration_job_index` on `migration` (`job`)");

    this.addSql(
      "create table `server` (`id` text not null primary key, `position` integer not null, `body` json not null) without rowid",
    );
    this.addSql(
      "create table `gpu` (`id` text not null primary key, `server` text not null, `index` integer not null, `uuid` text null, `model` text null, `memory_mi_b` integer null) without rowid",
    );
    this.addSql("create index `gpu_server_index` on `gpu` (`server`)");

    this.addSql(
      "create table `secret` (`job` text not null, `name` text not null, `value` text not null, primary key (`job`, `name`)) without rowid",
    );
    this.addSql(
      "create table `token` (`id` text not null primary key, `name` text not null, `hash` text not null, `created_at` integer not null) without rowid",
    );
    this.addSql("create table `setting` (`key` text not null primary key, `value` json not null) without rowid");
  }

  override down(): void {
    for (const table of ["setting", "token", "secret", "gpu", "server", "migration", "run", "job", "event"])
      this.addSql(`drop table \`${table}\``);
  }
}
