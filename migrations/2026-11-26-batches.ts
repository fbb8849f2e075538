import { Migration } from "@mikro-orm/migrations";

/** Which batch a job was submitted with. Those that are there already were submitted alone. */
export class Batches20261126 extends Migration {
  override up(): void {
    this.addSql("alter table `job` add column `batch` text null");
    this.addSql("create index `job_batch_number_index` on `job` (`batch`, `number`)");
  }

  override down(): void {
    this.addSql("drop index `job_batch_number_index`");
    this.addSql("alter table `job` drop column `batch`");
  }
}
