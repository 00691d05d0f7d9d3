// Out-parameters as JSON has them: ids as iscsicli writes them, bytes in hexadecimal, great numbers as text.

import { formatId } from './layout.ts';

/** The same without anything that JSON has not. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('AdapterUnique' in value && 'AdapterSpecific' in value) return formatId(value as Parameters<typeof formatId>[0]);
  return Object.fromEntries(Object.entries(value).map(([name, member]: [string, unknown]) => [name, plain(member)]));
}
