import type { GetOverviewJobsResult, HeatServer } from "../generated/operations.ts";

interface Props {
  readonly cluster: GetOverviewJobsResult["cluster"] | null;
  readonly servers: readonly HeatServer[] | null;
}

/** The state of the whole in five figures. */
export function Figures({ cluster, servers }: Props) {
  const gpus = servers?.flatMap((server) => server.gpus) ?? [];
  const held = gpus.filter(({ job }) => job !== null).length;
  const up = servers?.filter(({ state }) => state === "UP").length;
  return (
    <ul class="figures">
      <Figure value={cluster?.counts.running} label="running" href="/jobs?phase=running" />
      <Figure value={cluster?.counts.queued} label="waiting" href="/jobs?phase=queued" />
      <Figure value={cluster?.counts.completed} label="over" href="/jobs?phase=completed" />
      {gpus.length > 0 && <Figure value={`${held} / ${gpus.length}`} label="GPUs held" href="/servers" />}
      <Figure value={servers ? `${up} / ${servers.length}` : undefined} label="servers up" href="/servers" />
      <Figure value={cluster?.policy} label="policy" href="/policies" isWord />
    </ul>
  );
}

interface FigureProps {
  readonly value: number | string | undefined;
  readonly label: string;
  readonly href: string;
  readonly isWord?: boolean;
}

const Figure = ({ value, label, href, isWord = false }: FigureProps) => (
  <li>
    <a class={isWord ? "figure word" : "figure"} href={href}>
      <strong>{typeof value === "number" ? value.toLocaleString("en") : (value ?? "–")}</strong>
      <span>{label}</span>
    </a>
  </li>
);
