import type { Server } from "../../sdk/index.ts";
import { mebibytes } from "./words.ts";

interface MeterProps {
  readonly label: string;
  readonly used: number;
  readonly total: number;
  /** What stands beside it. */
  readonly text: string;
}

/** How much of something is in use. */
const Meter = ({ label, used, total, text }: MeterProps) => (
  <div class="meter">
    <dt>{label}</dt>
    <dd>
      <span class="meter-track" aria-hidden="true">
        <span class="meter-fill" style={{ width: `${total > 0 ? Math.min(100, (100 * used) / total) : 0}%` }} />
      </span>
      <span>{text}</span>
    </dd>
  </div>
);

/** What of a server jobs hold now. */
export function Meters({ server }: { readonly server: Server }) {
  const { gpus, cores, coresUsed, memoryMiB, memoryUsedMiB, freeDiskMiB, imageCount } = server;
  const held = gpus.filter(({ job }) => job !== null).length;
  return (
    <dl class="meters">
      {gpus.length > 0 && <Meter label="GPUs" used={held} total={gpus.length} text={`${held} of ${gpus.length}`} />}
      <Meter label="Cores" used={coresUsed} total={cores} text={`${coresUsed} of ${cores}`} />
      <Meter
        label="Memory"
        used={memoryUsedMiB}
        total={memoryMiB}
        text={`${mebibytes(memoryUsedMiB)} of ${mebibytes(memoryMiB)}`}
      />
      {freeDiskMiB !== null && (
        <div class="meter">
          <dt>Disk</dt>
          <dd>{mebibytes(freeDiskMiB)} free</dd>
        </div>
      )}
      {imageCount !== null && (
        <div class="meter">
          <dt>Images</dt>
          <dd>{imageCount}</dd>
        </div>
      )}
    </dl>
  );
}
