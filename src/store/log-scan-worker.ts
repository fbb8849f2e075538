import { parentPort, workerData } from "node:worker_threads";
import { type ScanOrder, scan } from "./log-scan.ts";

/** The thread's program: one scan, whose result is its only word. */
parentPort?.postMessage(await scan(workerData as ScanOrder));
