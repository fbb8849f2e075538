import { xidIn } from "./xid.ts";

/** What a line of output tells of why its run is about to fail; it need not come to that. */
export interface Fault {
  readonly code: "cuda-oom" | "gpu-lost";
  /** The line, not all of a very long one. */
  readonly text: string;
}

const MAX_INSPECTED = 4096;
const MAX_TOLD = 300;

/** What the lines below share with few others; most output is turned away here. */
const MAY_TELL = /memory|MEMORY|OOM|RESOURCE_EXHAUSTED|ALLOC_FAILED|ECC|GPU|Xid|NVLink/;

/** PyTorch, the CUDA runtime and driver, cuBLAS and cuDNN, TensorFlow, JAX, MXNet: each in its own words. */
const OUT_OF_MEMORY = new RegExp(
  [
    "CUDA out of memory",
    "CUDA error: out of memory",
    "(?:torch\\.cuda|torch)\\.OutOfMemoryError",
    "CUDA_ERROR_OUT_OF_MEMORY",
    "cudaErrorMemoryAllocation",
    "cudaMalloc (?:retry )?failed: out of memory",
    "CU(?:BLAS|DNN|SPARSE|SOLVER)_STATUS_ALLOC_FAILED",
    "OOM when allocating",
    "ran out of memory trying to allocate",
    "RESOURCE_EXHAUSTED: .*(?:[Oo]ut of memory|allocat)",
  ].join("|"),
);
/** TensorFlow says so when it goes on in another way. */
const NO_FAILURE = /not a failure/;

/** The driver, the runtime and the kernel of a device that has failed: another program would fare no better on it. */
const LOST = new RegExp(
  [
    "uncorrectable (?:NVLink|ECC)",
    "CUDA_ERROR_ECC_UNCORRECTABLE|cudaErrorECCUncorrectable",
    "GPU has fallen off the bus",
    "GPU is lost",
    "GPU requires reset",
    "cudaErrorDevicesUnavailable.*lost",
  ].join("|"),
);

export function faultIn(line: string): Fault | null {
  const text = line.length > MAX_INSPECTED ? line.slice(0, MAX_INSPECTED) : line;
  if (!MAY_TELL.test(text)) return null;
  const told = (code: Fault["code"]): Fault => ({ code, text: text.trim().slice(0, MAX_TOLD) });
  if (LOST.test(text) || xidIn(text)) return told("gpu-lost");
  return OUT_OF_MEMORY.test(text) && !NO_FAILURE.test(text) ? told("cuda-oom") : null;
}
