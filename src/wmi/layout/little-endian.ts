// Little-endian integers in byte arrays. An index is trusted: callers have checked the length.

/** Reads an unsigned integer of 1, 2 or 4 bytes. */
export function readLittle(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index--) value = value * 0x100 + (bytes[at + index] ?? 0);
  return value;
}

/** Reads an unsigned integer of 8 bytes. */
export function readLittle64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readLittle(bytes, at + 4, 4)) << 32n) | BigInt(readLittle(bytes, at, 4));
}

/** Writes an unsigned integer of 1, 2 or 4 bytes that fits. */
export function putLittle(bytes: Uint8Array, at: number, size: number, value: number): void {
  for (let index = 0; index < size; index++) bytes[at + index] = Math.floor(value / 0x100 ** index) & 0xff;
}

/** Writes an unsigned integer of 8 bytes that fits. */
export function putLittle64(bytes: Uint8Array, at: number, value: bigint): void {
  putLittle(bytes, at, 4, Number(value & 0xffff_ffffn));
  putLittle(bytes, at + 4, 4, Number(value >> 32n));
}
