export { createLearner } from "./learner.ts";
