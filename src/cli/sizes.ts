// Sizes, rates and times as people write and read them.

import { InvalidArgumentError } from 'commander';

/** What may follow a number: powers of 1024 for k, M, G, T (also as KiB …), powers of 1000 for kB, MB, GB, TB. */
const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
  t: 2 ** 40,
  tib: 2 ** 40,
  tb: 1e12,
};

/** Reads a number of bytes: `4096`, `4k`, `1.5GiB`, `10MB`. Throws commander's InvalidArgumentError. */
export function parseSize(text: string): number {
  const match = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[A-Za-z]*)$/.exec(text.trim());
  const unit = units[(match?.groups?.['unit'] ?? '?').toLowerCase()];
  const size = Number(match?.groups?.['number']) * (unit ?? Number.NaN);
  if (Number.isSafeInteger(size)) return size;
  throw new InvalidArgumentError(
    `${JSON.stringify(text)} is no whole number of bytes, such as 4096, 64k, 1.5G or 10MB`,
  );
}

/** As `parseSize`, for what cannot be nothing. */
export function parsePositiveSize(text: string): number {
  const size = parseSize(text);
  if (size > 0) return size;
  throw new InvalidArgumentError('must be more than 0 bytes');
}

/** Makes a parser of integers from `low` to `high`. */
export function integerFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= low && number <= high) return number;
    throw new InvalidArgumentError(`must be a whole number from ${low} to ${high}`);
  };
}

/** Makes a parser of seconds, which may have decimals, up to `high`. */
export function secondsUpTo(high: number, mayBeZero = false): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
    if ((mayBeZero ? number >= 0 : number > 0) && number <= high) return number;
    throw new InvalidArgumentError(`must be a number of seconds up to ${high}`);
  };
}

const binaryNames = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes to at most three significant decimals: `64 MiB`, `1.5 GiB`, `512 B`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < binaryNames.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${trimmed(value)} ${binaryNames[step] ?? ''}`;
}

/** Bytes a second in MB/s. */
export function formatRate(bytesPerSecond: number): string {
  const rate = bytesPerSecond / 1e6;
  return `${rate >= 100 ? rate.toFixed(0) : rate.toFixed(rate >= 10 ? 1 : 2)} MB/s`;
}

/** A time: `0.42 s`, `1:05`, `2:00:01`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '--:--';
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)));
}
