import { Migration } from "@mikro-orm/migrations";

/** What was expected of jobs when they were submitted. Of those that are there already nothing was. */
export class Forecasting20261126 extends Migration {
  override up(): void {
    this.addSql(
      "create table `forecast` (`job` text not null primary key, `at` integer not null, `policy` text not null, `category` text not null, `body` json not null) without rowid",
    );
  }

  override down(): void {
    this.addSql("drop table `forecast`");
  }
}
