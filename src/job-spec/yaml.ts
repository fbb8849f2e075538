import { DomainError, domainError } from "../core/errors.ts";
import { type Location, type Path, readYaml } from "../input/index.ts";
import { type ParsedJobs, parseJobs, type Submission } from "./parse.ts";

/**
 * The value of one YAML document (JSON is one too), not yet checked.
 * @param source the file's name, for the message
 * @throws DomainError `job.yaml: line 3, column 7: …`
 */
export const parseYaml = (text: string, source?: string): unknown => read(text, source).value;

/** Where a field of a YAML text stands, or the nearest field around it; null if the text is malformed. */
export function locate(text: string, path: Path): Location | null {
  const reading = readYaml(text);
  return reading.problem === null ? reading.locate(path) : null;
}

/**
 * The job specs of a YAML text, complete.
 * @throws DomainError with every fault at once, in the order of the text, each with its path and place: `… (line 4, column 3)`
 */
export function parseYamlJobs(text: string, submission: Submission, source?: string): ParsedJobs {
  const { value, locate } = read(text, source);
  try {
    return parseJobs(value, submission);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const placed = error.faults.map((fault) => ({ fault, at: locate(fault.path ?? []) }));
    placed.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
    throw new DomainError(
      placed.map(({ fault, at }) => ({
        ...fault,
        message: `${fault.message} (line ${at.line}, column ${at.column})`,
      })),
    );
  }
}

function read(text: string, source?: string) {
  const reading = readYaml(text);
  if (reading.problem === null) return reading;
  const { line, column } = reading.at;
  throw domainError(
    "INVALID_INPUT",
    `${source ? `${source}: ` : ""}line ${line}, column ${column}: ${reading.problem}`,
  );
}
