import { Csv, numberIn } from "./traces/csv.ts";

interface Program {
  readonly durationSeconds: number;
  /** What it was measured with; null: with what a request asks for. */
  readonly threads: number | null;
}

/** How long programs take, by image: a requests file of another scheduler does not say it. Columns `image,duration_s` and where known `threads`. */
export class ProgramTable {
  readonly #programs = new Map<string, Program>();

  /** Throws a DomainError. */
  constructor(file: string, text: string) {
    const csv = new Csv(file, text);
    const [image, duration, threads] = [csv.find(["image"]), csv.find(["duration_s"]), csv.find(["threads"])];
    for (const [name, found] of [
      ["image", image],
      ["duration_s", duration],
    ] as const)
      if (found < 0) csv.faults.add({ line: 1, column: 1 }, `there is no column ${name}`);
    csv.faults.tell();
    for (const row of csv.rows()) {
      const name = row.text(image);
      if (this.#programs.has(name)) csv.faults.add(row.place(image), `${name} is already told of above`);
      const durationSeconds = numberIn(row.cell(duration), "duration_s", csv.faults, { least: 0 });
      const with_ = row.text(threads) === "" ? null : numberIn(row.cell(threads), "threads", csv.faults, WHOLE);
      if (durationSeconds !== null) this.#programs.set(name, { durationSeconds, threads: with_ });
    }
    csv.faults.tell();
  }

  find(image: string): Program | null {
    return this.#programs.get(image) ?? null;
  }
  get images(): readonly string[] {
    return [...this.#programs.keys()];
  }
}

const WHOLE = { least: 1, isWhole: true };
