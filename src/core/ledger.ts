import { InvariantError } from "./errors.ts";
import type { JobId } from "./job.ts";
import type { JobSpec } from "./job-spec.ts";
import { DEFAULT_PORTS, PortBook, type PortRange } from "./ports.ts";
import { type Gpu, mergeShares, type Placement, type Server, type ServerId, type Share, unfit } from "./server.ts";

/** One server's book: who owns each GPU and core. */
export interface Room {
  readonly server: Server;
  /** All its GPUs are of one model and memory: what suits a job is all of them or none. */
  readonly isUniform: boolean;
  readonly position: ReadonlyMap<string, number>;
  /** Owner by position in `server.gpus`; null is idle. */
  readonly gpuOwner: readonly (JobId | null)[];
  readonly coreOwner: readonly (JobId | null)[];
  /** By position: GPUs that nobody may be given now, though who holds one may keep it. Null where all are fit, as nearly always. */
  readonly barred: readonly boolean[] | null;
  /** Those that can be given. */
  readonly idleGpus: number;
  readonly idleCores: number;
  readonly usedMemoryMiB: number;
}

type Book = { -readonly [K in keyof Room]: Room[K] } & {
  gpuOwner: (JobId | null)[];
  coreOwner: (JobId | null)[];
  position: Map<string, number>;
};

/** Who holds what: the one place where GPUs, cores and memory are given and taken back. A thing has at most one owner, always. */
export class Ledger {
  readonly #books = new Map<ServerId, Book>();
  readonly #held = new Map<JobId, readonly Share[]>();
  /** Those that may be leased. */
  readonly ports: PortRange;
  readonly #ports: PortBook;
  readonly #serverOf = (id: ServerId): Server | undefined => this.#books.get(id)?.server;

  constructor(ports: PortRange = DEFAULT_PORTS) {
    this.ports = ports;
    this.#ports = new PortBook(ports);
  }

  get rooms(): ReadonlyMap<ServerId, Room> {
    return this.#books;
  }

  /** Takes a server in, or takes note of its new inventory. What jobs hold stays theirs. */
  setServer(server: Server): void {
    const known = this.#books.get(server.id);
    if (known && known.server.gpus === server.gpus && known.server.cores === server.cores) {
      known.server = server;
      return;
    }
    const book: Book = {
      server,
      isUniform: server.gpus.every(
        ({ model, memoryMiB }) => model === server.gpus[0]?.model && memoryMiB === server.gpus[0]?.memoryMiB,
      ),
      gpuOwner: server.gpus.map(() => null),
      coreOwner: Array.from({ length: server.cores }, () => null),
      barred: barredOf(server.gpus),
      idleGpus: server.gpus.filter((gpu) => unfit(gpu) === null).length,
      idleCores: server.cores,
      usedMemoryMiB: 0,
      position: new Map(server.gpus.map((gpu, i) => [gpu.id, i])),
    };
    this.#books.set(server.id, book);
    for (const [job, shares] of this.#held)
      for (const share of shares) if (share.server === server.id) this.#take(book, job, share);
  }

  removeServer(id: ServerId): void {
    this.#books.delete(id);
  }

  /**
   * Makes `placements` all that the job holds. Throws InvariantError, and changes nothing, when another job owns a part of it, or
   * when it takes a GPU that is not there. One that vanished from the inventory under its job stays the job's.
   */
  hold(job: JobId, placements: readonly Placement[]): void {
    const shares = mergeShares(placements);
    const before = this.#held.get(job) ?? [];
    const own = new Set(before.flatMap((share) => share.gpus));
    for (const share of shares) this.#check(job, share, own);
    this.#ports.check(job, shares, this.#serverOf);
    for (const share of before) this.#giveBack(job, share);
    for (const share of shares) {
      const book = this.#books.get(share.server);
      if (book) this.#take(book, job, share);
    }
    this.#ports.hold(job, shares, this.#serverOf);
    if (shares.length > 0) this.#held.set(job, shares);
    else this.#held.delete(job);
  }

  /** The placement with the ports that it needs; null when they are not to be had. */
  withPorts(job: JobId, spec: JobSpec, on: Placement): Placement | null {
    return this.#ports.lease(job, spec, on, this.#serverOf);
  }

  /** Is all of it idle, its memory too, or the job's own? */
  isIdle(placement: Placement, job: JobId): boolean {
    return placement.every((share) => {
      const book = this.#books.get(share.server);
      if (!book) return false;
      const held = this.#held.get(job)?.find(({ server }) => server === share.server)?.memoryMiB ?? 0;
      const more = share.memoryMiB - held;
      if (more > 0 && book.usedMemoryMiB + more > book.server.memoryMiB) return false;
      const own = (owner: JobId | null | undefined): boolean => owner === null || owner === job;
      const canHave = (at: number): boolean =>
        own(book.gpuOwner[at]) && !(book.barred?.[at] && book.gpuOwner[at] === null);
      return (
        share.gpus.every((gpu) => canHave(book.position.get(gpu) ?? -1)) &&
        share.cores.every((core) => own(book.coreOwner[core]))
      );
    });
  }

  /** Takes over what the log says that a job held, whatever the inventory has become since. */
  restore(job: JobId, placements: readonly Placement[]): void {
    const shares = mergeShares(placements);
    if (shares.length === 0) return;
    this.#held.set(job, shares);
    this.#ports.hold(job, shares, this.#serverOf);
    for (const share of shares) {
      const book = this.#books.get(share.server);
      if (book) this.#take(book, job, share);
    }
  }

  holders(server: ServerId): readonly JobId[] {
    return [...this.#held].filter(([, shares]) => shares.some((share) => share.server === server)).map(([job]) => job);
  }

  #check(job: JobId, share: Share, own: ReadonlySet<string>): void {
    const book = this.#books.get(share.server);
    if (!book) return; // told of at a start, before its server has joined
    for (const gpu of share.gpus) {
      const at = book.position.get(gpu);
      if (at === undefined && !own.has(gpu)) throw new InvariantError(`server ${share.server} has no GPU ${gpu}`);
      const owner = at === undefined ? null : book.gpuOwner[at];
      if (owner && owner !== job) throw new InvariantError(`GPU ${gpu} is held by ${owner} and wanted by ${job}`);
    }
    for (const core of share.cores) {
      const owner = book.coreOwner[core];
      if (owner && owner !== job)
        throw new InvariantError(`core ${core} of ${share.server} is held by ${owner} and wanted by ${job}`);
    }
  }

  #take(book: Book, job: JobId, share: Share): void {
    for (const gpu of share.gpus) {
      const at = book.position.get(gpu);
      if (at === undefined) continue;
      if (book.gpuOwner[at] === null && !book.barred?.[at]) book.idleGpus--;
      book.gpuOwner[at] = job;
    }
    for (const core of share.cores) {
      if (core >= book.coreOwner.length) continue;
      if (book.coreOwner[core] === null) book.idleCores--;
      book.coreOwner[core] = job;
    }
    book.usedMemoryMiB += share.memoryMiB;
  }

  #giveBack(job: JobId, share: Share): void {
    const book = this.#books.get(share.server);
    if (!book) return;
    for (const gpu of share.gpus) {
      const at = book.position.get(gpu);
      if (at === undefined || book.gpuOwner[at] !== job) continue;
      book.gpuOwner[at] = null;
      if (!book.barred?.[at]) book.idleGpus++;
    }
    for (const core of share.cores) {
      if (book.coreOwner[core] !== job) continue;
      book.coreOwner[core] = null;
      book.idleCores++;
    }
    book.usedMemoryMiB -= share.memoryMiB;
  }
}

const barredOf = (gpus: readonly Gpu[]): readonly boolean[] | null =>
  gpus.some((gpu) => unfit(gpu) !== null) ? gpus.map((gpu) => unfit(gpu) !== null) : null;
