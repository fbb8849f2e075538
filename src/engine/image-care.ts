import type { ServerId } from "../core/server.ts";
import type { Driver, KeptImage } from "../drivers/driver.ts";

const ANSWER_MILLIS = 30_000;

type Drivers = ReadonlyMap<ServerId, Driver>;

/** The images of all connected servers that jobs have used. A server that does not answer is left out. */
export const imagesOf = (drivers: Drivers): Promise<readonly (KeptImage & { readonly server: ServerId })[]> =>
  ofAll(drivers, async (driver) => (await driver.images?.(AbortSignal.timeout(ANSWER_MILLIS))) ?? []);

/** Removes images from servers whose disk is fuller than the low watermark, or of unknown fill. */
export const collectImages = (
  drivers: Drivers,
): Promise<readonly { readonly name: string; readonly server: ServerId }[]> =>
  ofAll(drivers, async (driver) => ((await driver.collectImages?.()) ?? []).map((name) => ({ name })));

async function ofAll<T extends object>(
  drivers: Drivers,
  ask: (driver: Driver) => Promise<readonly T[]>,
): Promise<(T & { readonly server: ServerId })[]> {
  const answers = await Promise.all(
    [...drivers].map(async ([server, driver]) => {
      const found = await ask(driver).catch((): readonly T[] => []);
      return found.map((each) => ({ ...each, server }));
    }),
  );
  return answers.flat();
}
