export { type Checked, createChecker, type Schema } from "./checker.ts";
export { faultAt, listed, type Path } from "./fault.ts";
export { nearest } from "./nearest.ts";
export { type Location, readYaml, type YamlReading } from "./yaml.ts";
