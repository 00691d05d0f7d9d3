// IP address literals as bytes and back, without their zones.

import { putU16, u16 } from '../base/index.ts';

/** The 4 or 16 bytes of a literal without brackets or zone; undefined when the text is none. */
export function parseIp(literal: string): Uint8Array | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(literal)) {
    const bytes = literal.split('.').map(Number);
    return bytes.every((byte) => byte <= 255) ? Uint8Array.from(bytes) : undefined;
  }
  // Names of other forms make no valid URL in brackets, and what is valid comes back as hexadecimal groups.
  if (!/^[\d:a-f.]+$/i.test(literal) || !URL.canParse(`http://[${literal}]/`)) return undefined;
  const [before = '', after = ''] = new URL(`http://[${literal}]/`).hostname.slice(1, -1).split('::');
  const bytes = new Uint8Array(16);
  const tail = groupsOf(after);
  groupsOf(before).forEach((group, index) => {
    putU16(bytes, index * 2, group);
  });
  tail.forEach((group, index) => {
    putU16(bytes, 16 - (tail.length - index) * 2, group);
  });
  return bytes;
}

/** Formats 4 or 16 bytes, the latter in the form of RFC 5952. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => u16(bytes, index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

function groupsOf(colonSeparated: string): number[] {
  return colonSeparated === '' ? [] : colonSeparated.split(':').map((group) => Number.parseInt(group, 16));
}
