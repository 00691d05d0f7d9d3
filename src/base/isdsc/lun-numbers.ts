// LUNs as the management interfaces have them, 64 bits: a number below 16384 is a LUN number, and all from there on are LUN
// fields (SAM-5 §4.7), of which none that addresses a LUN is as small as that.

const fieldsFrom = 0x4000n;
const addressBits = 48n;
/** Numbers of the peripheral device addressing method; greater ones are of the flat space one (SAM-5 §4.7.5). */
const peripheralLimit = 0x100n;
const flatSpace = 0x4000n;

/** A LUN as requests name it: its number, or its LUN field in 16 hexadecimal digits. */
export function lunNameOf(lun: bigint): number | string {
  return lun < fieldsFrom ? Number(lun) : hexadecimal(lun);
}

/** The LUN field of a LUN, in 16 hexadecimal digits. */
export function lunFieldOf(lun: bigint): string {
  if (lun >= fieldsFrom) return hexadecimal(lun);
  return hexadecimal((lun < peripheralLimit ? lun : lun | flatSpace) << addressBits);
}

/** A LUN field in 16 hexadecimal digits as the interfaces have it: by its number where it is of a simple kind. */
export function lunNumberOf(field: string): bigint {
  const lun = BigInt(`0x${field}`);
  const first = lun >> addressBits;
  if (lun !== first << addressBits) return lun;
  if (first < peripheralLimit) return first;
  return first >= flatSpace && first < flatSpace << 1n ? first & ~flatSpace : lun;
}

function hexadecimal(lun: bigint): string {
  return lun.toString(16).padStart(16, '0');
}
