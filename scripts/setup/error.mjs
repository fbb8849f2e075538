/** A set-up that cannot go on. The message tells the user what to do and needs no stack trace. */
export class SetUpError extends Error {}
