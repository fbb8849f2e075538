import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream, existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import tar from "tar-stream";
import { command } from "./command.ts";

/** A static busybox with all its applets. */
export const busyboxImage = "lab/busybox:1";
/** busybox and the machine's own Python 3 with its standard library. */
export const pythonImage = "lab/python:1";

/** The distribution's Python, whose libraries lie at known places (not one of pyenv or conda); null when it is absent. */
export function debianPython(): { binary: string; library: string } | null {
  if (!existsSync("/usr/bin/python3")) return null;
  const binary = realpathSync("/usr/bin/python3");
  const library = join("/usr/lib", basename(binary));
  return binary.startsWith("/usr/bin/python3.") && existsSync(join(library, "json")) ? { binary, library } : null;
}

/** Writes the root file systems of both images as tar files, from programs of this machine: no registry is asked. */
export async function buildImages(dir: string): Promise<void> {
  await Promise.all([
    writeTar(tarOf(dir, busyboxImage), (pack) => addBusybox(pack)),
    writeTar(tarOf(dir, pythonImage), async (pack) => {
      addBusybox(pack);
      await addPython(pack);
    }),
  ]);
}

const CHANGES: Readonly<Record<string, readonly string[]>> = {
  [busyboxImage]: ["ENV PATH=/usr/bin", 'CMD ["sh"]'],
  [pythonImage]: ["ENV PATH=/usr/bin", "ENV PYTHONUNBUFFERED=1", "ENV PYTHONDONTWRITEBYTECODE=1", 'CMD ["python3"]'],
};

/** Where the root file system of an image lies, and what its configuration says beyond. */
export const importRoot = (dir: string, image: string): { file: string; changes: readonly string[] } => ({
  file: tarOf(dir, image),
  changes: CHANGES[image] ?? [],
});

/** Gives an engine both images. */
export async function importImages(docker: Docker, dir: string): Promise<void> {
  for (const image of [busyboxImage, pythonImage]) await importImage(docker, dir, image);
}

function tarOf(dir: string, image: string): string {
  return join(dir, `${image.replace(/\W/g, "-")}.tar`);
}

async function importImage(docker: Docker, dir: string, image: string): Promise<void> {
  const { file, changes } = importRoot(dir, image);
  const [repo, tag] = image.split(":");
  const answer = await docker.importImage(createReadStream(file), { repo, tag, changes });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}

async function writeTar(file: string, fill: (pack: tar.Pack) => void | Promise<void>): Promise<void> {
  const pack = tar.pack();
  const written = pipeline(pack, createWriteStream(file));
  await fill(pack);
  pack.finalize();
  await written;
}

function addBusybox(pack: tar.Pack): void {
  for (const name of ["usr", "usr/bin", "usr/lib", "usr/lib64", "etc", "proc", "sys", "dev", "run", "root"]) {
    pack.entry({ name, type: "directory", mode: 0o755 });
  }
  pack.entry({ name: "tmp", type: "directory", mode: 0o1777 });
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    pack.entry({ name, type: "symlink", linkname: name === "sbin" ? "usr/bin" : `usr/${name}` });
  }
  pack.entry({ name: "etc/passwd" }, "root:x:0:0::/root:/bin/sh\n");
  const busybox = execFileSync("which", ["busybox"], { encoding: "utf8" }).trim();
  pack.entry({ name: "usr/bin/busybox", mode: 0o755 }, readFileSync(busybox));
  for (const applet of execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n")) {
    // busybox lists itself too: a link to itself in place of the binary would be the end of the image.
    if (applet !== "busybox") pack.entry({ name: `usr/bin/${applet}`, type: "symlink", linkname: "busybox" });
  }
}

/** What no training job of a test needs: half of the library's size. */
const unneeded = /^(test|idlelib|tkinter|ensurepip|lib2to3|__pycache__|config-.*|pydoc_data|turtledemo|distutils)$/;

async function addPython(pack: tar.Pack): Promise<void> {
  const python = debianPython();
  if (python === null) throw new Error("the distribution's own Python is missing: /usr/bin/python3 (Debian: python3)");
  pack.entry({ name: "usr/bin/python3", mode: 0o755 }, readFileSync(python.binary));
  const files = filesUnder(python.library);
  for (const file of files) addFile(pack, file);
  const linked = await command("ldd", [python.binary, ...files.filter((file) => file.endsWith(".so"))]);
  for (const library of new Set(linked.match(/\/\S+\.so\S*/g))) {
    if (!library.endsWith(":") && !files.includes(library)) addFile(pack, library);
  }
}

/** Puts a file of the machine at the same place of the image, where /lib and /lib64 are links into /usr. */
function addFile(pack: tar.Pack, file: string): void {
  const name = (file.startsWith("/usr/") ? file : `/usr${file}`).slice(1);
  pack.entry({ name, mode: name.endsWith(".py") ? 0o644 : 0o755 }, readFileSync(file));
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (unneeded.test(entry.name)) return [];
    if (entry.isDirectory()) return filesUnder(path);
    return existsSync(path) ? [path] : [];
  });
}
