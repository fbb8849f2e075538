/** An error of a GPU as NVIDIA's driver tells it in the kernel's log. */
export interface Xid {
  readonly code: number;
  /** PCI bus id without the function: `0000:3b:00`. */
  readonly busId: string;
  /** From "Xid" on, not all of a very long one. */
  readonly text: string;
}

const MAX_TOLD = 200;
const XID = /Xid \((?:PCI:)?([0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2})(?:\.\d)?\): (\d+)\b.*/;

/**
 * After these the device itself is in doubt: uncorrected memory errors (48, 95, 140), rows that cannot be remapped (64), NVLink (74), off the bus
 * (79), its own processor does not answer (119, 120), a reset or reboot is called for (143, 154). Others, such as 13, 31, 43, 45 or 94, are of one
 * program. By "Xid Errors" in NVIDIA's GPU deployment and management documentation.
 */
const OF_THE_DEVICE: ReadonlySet<number> = new Set([48, 64, 74, 79, 95, 119, 120, 140, 143, 154]);

/** What the line tells of a device that is in doubt; null for any other line. */
export function xidIn(line: string): Xid | null {
  const [text, busId, code] = XID.exec(line) ?? [];
  if (text === undefined || busId === undefined || !OF_THE_DEVICE.has(Number(code))) return null;
  return { code: Number(code), busId: busId.toLowerCase(), text: text.trim().slice(0, MAX_TOLD) };
}
