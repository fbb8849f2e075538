/** What a checkpoint folder holds at one path, relative to it: `model/weights`. */
export interface Entry {
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "link" | "fifo" | "character-device" | "block-device";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds: finer times do not survive every tar. */
  readonly modifiedAt: number;
  /** Bytes of a file's content; 0 for others. */
  readonly size: number;
  /** Of a file's content; null for others. */
  readonly sha256: string | null;
  /** Where a symbolic link points, or of which path a hard link is another name; null for others. */
  readonly target: string | null;
}

/** All that a checkpoint folder holds, by path; not the folder itself. */
export type Manifest = ReadonlyMap<string, Entry>;

export interface Content {
  /** Of the files' content. */
  readonly bytes: number;
  readonly files: number;
}

export function contentOf(manifest: Manifest): Content {
  const content = { bytes: 0, files: 0 };
  for (const { type, size } of manifest.values()) {
    if (type !== "file") continue;
    content.bytes += size;
    content.files += 1;
  }
  return content;
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Which name of a file with several comes first depends on who wrote the tar: here the first by its bytes is the file, the others its links. */
export function canonical(entries: Iterable<Entry>): Manifest {
  const all = new Map([...entries].map((entry) => [entry.path, entry]));
  const names = new Map<string, string[]>();
  for (const { type, path, target } of all.values())
    if (type === "link" && target !== null) names.set(target, [...(names.get(target) ?? [target]), path]);
  for (const [first, paths] of names) {
    const file = all.get(first);
    if (file?.type !== "file") continue;
    const [primary = first] = paths.toSorted(byBytes);
    for (const path of paths) all.set(path, path === primary ? { ...file, path } : linkTo(primary, { ...file, path }));
  }
  return new Map([...all].sort(([a], [b]) => byBytes(a, b)));
}

const linkTo = (target: string, entry: Entry): Entry => ({ ...entry, type: "link", size: 0, sha256: null, target });

/** As far as one sees without reading content. */
export function looksSame(a: Entry, b: Entry | undefined): boolean {
  if (!b || a.type !== b.type || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false;
  if (a.target !== b.target || a.size !== b.size) return false;
  return a.type !== "file" || a.modifiedAt === b.modifiedAt;
}

export interface Difference {
  /** Paths that the second lacks, or has otherwise. */
  readonly wanted: ReadonlySet<string>;
  /** Paths that only the second has. */
  readonly surplus: readonly string[];
}

/** What would have to change in `there` to make it equal to `source`, by names, sizes, rights and SHA-256. */
export function differences(source: Manifest, there: Manifest): Difference {
  const wanted = new Set<string>();
  for (const [path, entry] of source) {
    const other = there.get(path);
    if (!looksSame(entry, other) || entry.sha256 !== other?.sha256) wanted.add(path);
  }
  return { wanted, surplus: [...there.keys()].filter((path) => !source.has(path)) };
}
