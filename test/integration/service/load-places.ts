// What the load of kills-under-load.test.ts writes, and where.

import type { ExportedState, PersistentLogin, SessionInfo } from 'hawser/service';

/** Two persistent logins that stay, one through each of its portals. */
export const keptName = 'iqn.2026-11.test:load-kept';
/** A persistent login that comes and goes. */
export const busyName = 'iqn.2026-11.test:load-busy';
/** A static target that comes and goes, and is nowhere. */
export const spareName = 'iqn.2026-11.test:load-spare';

/** How many clients write to the disk of each session at once. */
export const writersEach = 2;

/** What a child tells of the service that has come back. */
export interface LoadReport {
  readonly state: ExportedState;
  readonly logins: readonly PersistentLogin[];
  readonly sessions: readonly SessionInfo[];
}

/** Times that suit a host that is busy with several processes. */
export const loadLimits = { connectTimeoutMs: 20_000, loginTimeoutMs: 20_000, pingIntervalMs: 0 } as const;

/** Bytes of a block: one write, in one piece. */
const blockLength = 4096;

/** Where a writer writes, and what it calls that. */
export function placesOf(writer: number): { readonly name: string; readonly offset: number } {
  return { name: `block-${writer}`, offset: writer * blockLength };
}

/** A block that is full of its number. */
export function blockOf(number: number): Uint8Array {
  return new Uint8Array(new Float64Array(blockLength / 8).fill(number).buffer);
}

/** The number that a block is full of; undefined for a block of two writes. */
export function numberOf(block: Uint8Array): number | undefined {
  const numbers = new Float64Array(block.slice().buffer);
  const [number] = numbers;
  return numbers.every((each) => each === number) ? number : undefined;
}

/** A block to read into. */
export function emptyBlock(): Uint8Array {
  return new Uint8Array(blockLength);
}
