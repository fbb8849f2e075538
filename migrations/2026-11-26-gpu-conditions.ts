import { Migration } from "@mikro-orm/migrations";

/** Slices of GPUs, and what is wrong with a GPU. Of those known before, nothing is. */
export class GpuConditions20261126 extends Migration {
  override up(): void {
    for (const column of ["parent", "fault", "busy"])
      this.addSql(`alter table \`gpu\` add column \`${column}\` text null`);
  }

  override down(): void {
    for (const column of ["parent", "fault", "busy"]) this.addSql(`alter table \`gpu\` drop column \`${column}\``);
  }
}
