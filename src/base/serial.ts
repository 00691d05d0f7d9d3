// Serial number arithmetic over 32 bits (RFC 1982), by which RFC 7143 §4.2.2 compares CmdSN, StatSN and DataSN.

/** The sum of a serial number and a (possibly negative) small integer, modulo 2^32. */
export function snAdd(sn: number, delta: number): number {
  return (sn + delta) >>> 0;
}

/** How far `to` lies ahead of `from`: -2^31 to 2^31-1. Exactly 2^31 apart, the order is undefined and -2^31 is returned. */
export function snDistance(from: number, to: number): number {
  return (to - from) | 0;
}

/** Whether `a` comes before `b`. */
export function snBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** Whether `a` comes after `b`. */
export function snAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
