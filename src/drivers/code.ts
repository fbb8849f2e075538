/** What was uploaded under a hash, as a tar stream. Throws when there is nothing (any more). */
export type OpenCode = (hash: string) => NodeJS.ReadableStream;
