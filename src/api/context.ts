import type { Clock, Instant } from "../core/time.ts";
import type { Engine } from "../engine/engine.ts";
import type { House } from "./house.ts";
import { Loaders } from "./loaders.ts";

/** What the resolvers of one operation share. */
export class Context {
  readonly house: House;
  /** Whose jobs are submitted when they name nobody: the token's name, or the owner of an open server. */
  readonly user: string;
  /** No `#` field: Apollo works on a copy, which would not have it. */
  private loaded: Loaders | null = null;

  constructor(house: House, user: string) {
    this.house = house;
    this.user = user;
  }

  get engine(): Engine {
    return this.house.engine;
  }
  get clock(): Clock {
    return this.house.clock;
  }
  now(): Instant {
    return this.house.clock.now();
  }
  get loaders(): Loaders {
    this.loaded ??= new Loaders(this.engine.queries);
    return this.loaded;
  }

  /** Forgets what was loaded: each item of a stream is answered from what is true then. */
  renew(): void {
    this.loaded = null;
  }
}
