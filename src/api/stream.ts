/**
 * What `generate` yields, as a stream that ends the moment its reader leaves. A bare generator would not: it is told to return only
 * when what it awaits has come, which may be never.
 */
export function closable<T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncIterableIterator<T> {
  const gone = new AbortController();
  const items = generate(gone.signal);
  return {
    next: () => items.next(),
    return: () => {
      gone.abort();
      return items.return();
    },
    throw: (error) => {
      gone.abort();
      return items.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
