import type { Gpu, Server } from "../../sdk/index.ts";

/** One tile a GPU: who has it by its colour, how busy it is by how full it is. */
export const GpuTiles = ({ server }: { readonly server: Server }) => (
  <ul class="gpu-tiles" aria-label={`GPUs of ${server.name}`}>
    {server.gpus.map((gpu) => (
      <li key={gpu.id} class={`gpu-tile ${gpu.state.toLowerCase()}`} title={wordsOf(gpu)}>
        <span class="gpu-fill" style={{ height: `${gpu.utilisationPercent ?? 0}%` }} aria-hidden="true" />
        <span aria-hidden="true">{gpu.index}</span>
        <span class="visually-hidden">{wordsOf(gpu)}</span>
      </li>
    ))}
  </ul>
);

/** `GPU 3, A100: held by resnet (job-17), 83 % busy`. */
export function wordsOf({ index, model, state, job, reason, utilisationPercent }: Gpu): string {
  const owner = job ? `held by ${job.name} (${job.id})` : state === "IDLE" ? "free" : "";
  const busy = utilisationPercent === null ? "" : `${Math.round(utilisationPercent)} % busy`;
  const trouble = state === "FAULTY" || state === "BUSY" ? `${state.toLowerCase()}: ${reason}` : "";
  const told = [owner, trouble, busy].filter(Boolean).join(", ");
  return `GPU ${index}${model ? `, ${model}` : ""}: ${told}`;
}
