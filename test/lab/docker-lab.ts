import { randomInt } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import { LabHost } from "./host.ts";
import { buildImages, importImages } from "./images.ts";
import { hostLimit, layNetwork, networkCount } from "./network.ts";
import { labReason } from "./reason.ts";
import { labParent, labPrefix, recordOwner, removeLab, sweepLabs } from "./remains.ts";
import { Authority } from "./tls.ts";

export { LabHost } from "./host.ts";
export { busyboxImage, pythonImage } from "./images.ts";
export { labReason } from "./reason.ts";
export { sweepLabs } from "./remains.ts";

export interface LabOptions {
  /** How many engines, 1 to 13. */
  hosts: number;
  /** GPUs each engine pretends to have; none unless given. */
  gpus?: number;
  /** Whether containers outlive their engine; true unless given. */
  liveRestore?: boolean;
  /** How large a disk of its own each engine has; without it, it uses the machine's. */
  diskMiB?: number;
  /** Settings of the engines beyond those, as their configuration file has them. */
  engine?: Readonly<Record<string, unknown>>;
  /** A folder of programs that the engines find before the machine's. */
  programs?: string;
}

/** Several real Docker engines on this machine, each a host of its own to whoever talks to them. */
export interface Lab {
  /** The folder that holds everything of the lab. */
  dir: string;
  hosts: LabHost[];
  /** Gives a host the images `lab/busybox:1` and `lab/python:1`, made once per lab from programs of this machine. */
  loadImages(host: LabHost): Promise<void>;
  /** Ends and removes everything the lab has made, whatever condition its hosts are in. */
  stop(): Promise<void>;
}

/** Starts the engines and returns when all answer. Throws the reason where no lab can run; a failed start leaves nothing. */
export async function startLab({
  hosts,
  gpus = 0,
  liveRestore = true,
  diskMiB,
  engine = {},
  programs,
}: LabOptions): Promise<Lab> {
  const reason = labReason();
  if (reason !== null) throw new Error(`no lab can run here: ${reason}`);
  if (hosts < 1 || hosts > hostLimit) throw new RangeError(`a lab has 1 to ${hostLimit} hosts, not ${hosts}`);
  await sweepLabs();
  const dir = claimFolder();
  const starting: Promise<void>[] = [];
  try {
    const names = Array.from({ length: hosts }, (_, index) => `host${index + 1}`);
    const [ports, authority, storageDriver] = await Promise.all([
      layNetwork(dir, names),
      Authority.create(join(dir, "tls")),
      findStorageDriver(dir),
    ]);
    const client = await authority.client("client");
    const servers = await Promise.all(ports.map((port) => authority.server(port.name, port.address)));
    const all = ports.map((port, index) => {
      const server = servers[index] ?? client;
      return new LabHost({
        labDir: dir,
        index,
        port,
        server,
        client,
        storageDriver,
        gpus,
        liveRestore,
        diskMiB,
        engine,
        programs,
      });
    });
    starting.push(...all.map((host) => host.start()));
    await Promise.all(starting);
    let images: Promise<void> | null = null;
    return {
      dir,
      hosts: all,
      async loadImages(host) {
        images ??= buildImages(dir);
        await images;
        await importImages(host.docker, dir);
      },
      stop: () => removeLab(dir),
    };
  } catch (error) {
    // A host that is still starting would start more processes behind the removal's back.
    await Promise.allSettled(starting);
    await removeLab(dir);
    throw error;
  }
}

/** Takes a free number for a lab. The folder gets its name when its owner stands in it, so no sweep finds it ownerless. */
function claimFolder(): string {
  const unnamed = mkdtempSync(join(labParent, "schedulearn-new-lab-"));
  recordOwner(unnamed);
  const first = randomInt(networkCount);
  for (let tried = 0; tried < networkCount; tried++) {
    const number = (first + tried) % networkCount;
    const dir = join(labParent, labPrefix + number.toString(16).padStart(3, "0"));
    try {
      renameSync(unnamed, dir);
      return dir;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
    }
  }
  throw new Error(`all ${networkCount} lab networks are in use`);
}

/** overlay2 where the kernel can stack file systems here, else the slow vfs that works everywhere. */
async function findStorageDriver(dir: string): Promise<string> {
  const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map((name) => {
    const folder = join(dir, "overlay-probe", name);
    mkdirSync(folder, { recursive: true });
    return folder;
  });
  try {
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    await command("unshare", ["--mount", "mount", "-t", "overlay", "overlay", "-o", layers, merged ?? ""]);
    return "overlay2";
  } catch {
    return "vfs";
  }
}
