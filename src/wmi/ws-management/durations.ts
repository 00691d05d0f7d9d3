// Lengths of time as XML Schema writes them: `PT30S`, `P1DT2H`. Years and months have no fixed length; they count as 365 and 30 days.

const pattern =
  /^(?<sign>-)?P(?:(?<years>\d{1,9})Y)?(?:(?<months>\d{1,9})M)?(?:(?<days>\d{1,9})D)?(?<time>T(?:(?<hours>\d{1,9})H)?(?:(?<minutes>\d{1,9})M)?(?:(?<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?$/;

const secondsOf = { years: 31_536_000, months: 2_592_000, days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const;

/** In milliseconds; undefined for what is no duration, and for one that is negative. */
export function parseDuration(text: string): number | undefined {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined || groups['sign'] !== undefined || groups['time'] === 'T') return undefined;
  const parts = Object.entries(secondsOf).filter(([name]) => groups[name] !== undefined);
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [name, seconds]) => sum + Number(groups[name]) * seconds * 1000, 0);
}

/** A length of milliseconds in whole seconds, and at least one. */
export function formatDuration(ms: number): string {
  return `PT${Math.max(1, Math.round(ms / 1000))}S`;
}

/**
 * How long from now an expiration time is, which is written as a duration or as a moment. Undefined for neither, and for
 * one that is over.
 */
export function parseExpiration(text: string, nowMs: number): number | undefined {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration > 0 ? duration : undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$/.test(text)) return undefined;
  const left = Date.parse(text) - nowMs;
  return left > 0 ? left : undefined;
}
