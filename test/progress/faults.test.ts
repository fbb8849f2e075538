import { expect, test } from "vitest";
import { faultIn } from "../../src/progress/index.ts";

const codeOf = (line: string): string | null => faultIn(line)?.code ?? null;

test.each([
  "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 10.76 GiB total capacity)",
  "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB",
  "RuntimeError: CUDA error: out of memory",
  "[rank1]: RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
  "tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM when allocating tensor with shape[64,512,28,28] and type float",
  "2026-11-26 01:02:03.4: W tsl/framework/bfc_allocator.cc:485] Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.00GiB (rounded to 2147483648)requested by op Conv2D",
  "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8589934592 bytes.",
  "failed to allocate 7.9G (8489664512 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory",
  "mxnet.base.MXNetError: [01:02:03] src/storage/./pooled_storage_manager.h:161: cudaMalloc retry failed: out of memory",
])("memory of the GPU used up: %s", (line) => {
  expect(codeOf(line)).toBe("cuda-oom");
});

test.each([
  "RuntimeError: CUDA error: uncorrectable ECC error encountered",
  "ncclUnhandledCudaError: Call to CUDA function failed. Last error: Cuda failure 'uncorrectable NVLink error detected during the execution'",
  "Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU",
  "NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, GPU has fallen off the bus.",
  "[12345.6] NVRM: Xid (PCI:0000:3b:00): 48, pid='<unknown>', name=<unknown>, An uncorrectable double bit error",
])("a GPU that has failed: %s", (line) => {
  expect(codeOf(line)).toBe("gpu-lost");
});

test.each([
  "epoch 3/10 loss=0.4",
  "GPU memory: 10240 MiB of 81920 MiB",
  "Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.00GiB with freed_by_count=0. The caller indicates that this is not a failure",
  "ValueError: out of memory cells in the table",
  "NVRM: Xid (PCI:0000:3b:00): 31, pid=1234, name=python, MMU Fault: an access of the program itself",
  "using RESOURCE_EXHAUSTED as the retry code",
  "",
])("nothing of the kind: %s", (line) => {
  expect(codeOf(line)).toBeNull();
});

test("a line of any length is told in short", () => {
  expect(faultIn(`CUDA out of memory${" .".repeat(1e6)}`)?.text.length).toBeLessThanOrEqual(300);
});
