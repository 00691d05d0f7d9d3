// CRC32C bit by bit, from the polynomial of RFC 7143 §13.1 in its reflected form: slow, and nobody else's code.

const polynomial = 0x82f6_3b78;

/** The CRC; a digest is its four bytes, lowest first. */
export function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
