import { DomainError } from "../../src/core/errors.ts";

/** The faults with which `act` is refused. */
export function faultsOf(act: () => unknown): DomainError["faults"] {
  try {
    act();
  } catch (error) {
    if (error instanceof DomainError) return error.faults;
    throw error;
  }
  throw new Error("it was accepted");
}

export const messagesOf = (act: () => unknown): string[] => faultsOf(act).map(({ message }) => message);
