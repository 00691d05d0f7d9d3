// Times as WMI has them: units of 100 nanoseconds since the beginning of the year 1601.

/** From 1601-01-01 to 1970-01-01, in milliseconds. */
const epochMs = 11_644_473_600_000n;
const unitsPerMs = 10_000n;

/** A moment as a WmiTimeStamp. */
export function wmiTime(moment: Date): bigint {
  return (BigInt(moment.getTime()) + epochMs) * unitsPerMs;
}
