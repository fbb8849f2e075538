import { afterEach, beforeEach, describe } from "vitest";
import { claimData } from "./contract-data.ts";
import { claimLife } from "./contract-life.ts";
import { claimResize } from "./contract-resize.ts";
import { type Bench, Stage } from "./contract-stage.ts";

export type { Bench } from "./contract-stage.ts";

export interface ContractOptions {
  /** Claims that this kind of driver cannot make, by title, each with the reason. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

/** What every driver promises, whatever it drives. */
export function driverContract(
  name: string,
  make: () => Promise<Bench>,
  { exceptions = {} }: ContractOptions = {},
): void {
  describe(`${name}: the driver contract`, () => {
    const stage = new Stage(exceptions);
    beforeEach(async () => stage.set(await make()));
    afterEach(() => stage.strike());
    claimLife(stage);
    claimData(stage);
    claimResize(stage);
    stage.checkExceptions();
  });
}
