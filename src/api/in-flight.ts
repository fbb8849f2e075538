/** What has begun and is not done. */
export class InFlight {
  readonly #running = new Set<Promise<unknown>>();

  async track<T>(act: () => Promise<T> | T): Promise<T> {
    const running = Promise.resolve().then(act);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when all of it is done, however it ended. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
