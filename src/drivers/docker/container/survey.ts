import type { VolumeInspectInfo } from "dockerode";
import type { Lying } from "../../driver.ts";
import type { Engine } from "../engine/engine.ts";
import { CLUSTER_LABEL, CODE_LABEL, foundFolder, foundRun, READER_LABEL, WHOLE_LABEL } from "./labels.ts";

/**
 * All that lies on an engine under a cluster's label.
 * @param reader the containers that lend access just now bear it @param instantOf an engine's time as one of ours
 */
export async function survey(
  engine: Engine,
  cluster: string,
  reader: string,
  instantOf: (time: string) => number,
  signal: AbortSignal,
): Promise<Lying[]> {
  const filters = { label: [`${CLUSTER_LABEL}=${cluster}`] };
  const containers = await engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
    engine.docker.listContainers({ all: true, filters, abortSignal }),
  );
  const { Volumes } = await engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
    engine.docker.listVolumes({ filters: JSON.stringify(filters), abortSignal }),
  );
  const found: Lying[] = containers.flatMap(({ Names, Created, Labels }): Lying[] => {
    const seen = {
      name: (Names[0] ?? "").replace(/^\//, ""),
      createdAt: instantOf(new Date(Created * 1000).toISOString()),
    };
    const lent = Labels[READER_LABEL];
    if (lent !== undefined) return [{ ...seen, kind: "reader", inUse: lent === reader }];
    const run = foundRun(Labels);
    return run ? [{ ...seen, kind: "run", ...run }] : [];
  });
  return [...found, ...(Volumes ?? []).flatMap((volume) => lyingIn(volume, instantOf))];
}

function lyingIn(volume: VolumeInspectInfo, instantOf: (time: string) => number): Lying[] {
  const { Name: name, Labels: labels } = volume;
  const { CreatedAt } = volume as { CreatedAt?: string };
  const seen = { name, createdAt: CreatedAt ? instantOf(CreatedAt) : null };
  const folder = foundFolder(labels);
  if (folder) return [{ ...seen, kind: "checkpoint", ...folder }];
  const hash = labels?.[CODE_LABEL];
  // What says that another volume is whole goes with that one.
  return hash && !labels?.[WHOLE_LABEL] ? [{ ...seen, kind: "code", hash }] : [];
}
