import { driverContract } from "./contract.ts";
import { processBench } from "./process/bench.ts";

driverContract("process", processBench);
