// Where the data of a read come from: the medium, piece by piece, or memory.

import type { LogicalUnit } from './device-server/logical-unit.ts';

/** The data of one read; offsets count from its beginning. */
export type DataSource =
  | { readonly kind: 'memory'; readonly data: Uint8Array }
  | { readonly kind: 'medium'; readonly unit: LogicalUnit; readonly offset: number };

/** Bytes read from a device at a time: large enough for few calls, small enough that reading and sending overlap. */
export const readLength = 524_288;

/** Fills `buffer` with what is at `offset`. */
export async function readMedium(
  { unit, offset: start }: Extract<DataSource, { kind: 'medium' }>,
  offset: number,
  buffer: Uint8Array,
): Promise<void> {
  await unit.gate.shared(async () => {
    await unit.device.read(start + offset, buffer);
  });
}
