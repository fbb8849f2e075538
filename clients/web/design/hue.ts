/** So many colours there are for jobs: `.hue-0` and on, in tokens.css. */
const HUES = 10;

/** Which of them a job has: neighbours in the order of submission have different ones. */
export const hueOf = (jobId: string): number => Number(/\d+$/.exec(jobId)?.[0] ?? 0) % HUES;
