import { Migration } from "@mikro-orm/migrations";

/** What it takes to hold the rounds of the log again. Of those before nothing is known. */
export class Verifying20261126 extends Migration {
  override up(): void {
    this.addSql(
      "create table `turn` (`number` integer not null primary key, `seq` integer not null, `at` integer not null, `decided` integer null, `cuts` json null, `boot` json null)",
    );
  }

  override down(): void {
    this.addSql("drop table `turn`");
  }
}
