import { Migration } from "@mikro-orm/migrations";

/** What a spec has since. `json_insert` leaves alone what is there already. */
const SPEC = (of: string): string =>
  `'$.spec.cores.preferred', json_extract(${of}, '$.spec.cores.min'), '$.spec.servers', json('{"min":1,"max":1}'), '$.spec.resizeSignal', null`;

/** What is learned and who has had how much; jobs and events of the first version in today's shape, so that they go on. */
export class Learning20261125 extends Migration {
  override up(): void {
    this.addSql("create table `lesson` (`key` text not null primary key, `body` json not null) without rowid");
    this.addSql("create table `usage` (`user` text not null primary key, `body` json not null) without rowid");

    const moved =
      "select max(`at`) from `event` where `event`.`job` = `job`.`id` and `event`.`type` in ('JobPreempted', 'JobMigrated')";
    this.addSql(
      `update \`job\` set \`body\` = json_insert(\`body\`, ${SPEC("`body`")}, '$.generation', min(json_extract(\`body\`, '$.attempt'), 1), '$.resizes', 0, '$.movedAt', (${moved}), '$.queue', null)`,
    );
    for (const [status, field, value] of [
      ["running", "leaving", "null"],
      ["paused", "by", "'user'"],
      ["migrating", "reason", "'migrated'"],
    ])
      this.addSql(
        `update \`job\` set \`body\` = json_insert(\`body\`, '$.state.${field}', ${value}) where \`status\` = '${status}'`,
      );

    for (const [type, additions] of [
      ["JobSubmitted", SPEC("`body`")],
      ["JobPaused", "'$.by', 'user'"],
      ["JobResumed", "'$.on', null"],
    ])
      this.addSql(`update \`event\` set \`body\` = json_insert(\`body\`, ${additions}) where \`type\` = '${type}'`);
    this.addSql(
      "update `event` set `body` = json_insert(`body`, '$.patch.cores.preferred', json_extract(`body`, '$.patch.cores.min')) where `type` = 'JobUpdated' and json_type(`body`, '$.patch.cores') is not null",
    );
  }

  override down(): void {
    for (const table of ["usage", "lesson"]) this.addSql(`drop table \`${table}\``);
  }
}
