export { type Fault, faultIn } from "./faults.ts";
export { type Line, LineSplitter, MAX_LINE_BYTES, type Piece, type Resume, type Update } from "./lines.ts";
export { checkPattern } from "./pattern/pattern.ts";
export { fraction, merge, type Progress, unsavedSteps } from "./progress.ts";
export { createRecogniser, type Recogniser } from "./recognise.ts";
export { tableLines } from "./table-lines.ts";
