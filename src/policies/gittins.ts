import { countWhile } from "../core/sorted.ts";

/** So many completed jobs are needed before their services say anything. */
const LEAST_SAMPLES = 30;

/** Sums of the first so many, by the list that they are of. */
const sumsOf = new WeakMap<readonly number[], Float64Array>();

/**
 * Gittins' index of a job that has attained so much, for the next quantum of service: the chance that it ends within the quantum, by the
 * service that it is then expected to take, both reckoned from the total services of those jobs that lasted longer than it has until now.
 * Higher goes first; 0 for a job that has outlasted them all. Source: Gu et al., "Tiresias", NSDI 2019, 3.2.
 * @param services of completed jobs, in unit-seconds, ascending
 * @returns null while there are too few of them
 */
export function gittins(services: readonly number[]): ((attained: number, quantum: number) => number) | null {
  if (services.length < LEAST_SAMPLES) return null;
  const sums = sumsOf.get(services) ?? runningSums(services);
  sumsOf.set(services, sums);
  return (attained, quantum) => {
    const from = countWhile(services, (service) => service <= attained);
    const to = countWhile(services, (service) => service <= attained + quantum);
    const ended = to - from;
    if (ended === 0) return 0;
    const residual = (sums[to] as number) - (sums[from] as number) - ended * attained;
    return ended / (Math.max(0, residual) + quantum * (services.length - to));
  };
}

function runningSums(services: readonly number[]): Float64Array {
  const sums = new Float64Array(services.length + 1);
  for (const [i, service] of services.entries()) sums[i + 1] = (sums[i] as number) + service;
  return sums;
}
