import type { GraphQLError } from "graphql";
import { refusal } from "./errors.ts";
import type { Limits } from "./limits.ts";

export const tooLate = ({ operationMillis }: Limits): GraphQLError =>
  refusal("TIMEOUT", `the operation took longer than ${operationMillis / 1000} s; what it had begun may still be done`);

/** The answer, or `instead` of it when it takes too long. What was begun goes on, and nobody hears of it. */
export async function inTime<T>(
  answer: Promise<T> | T,
  limits: Limits,
  instead: (error: GraphQLError) => T,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(instead(tooLate(limits))), limits.operationMillis);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
