// IP addresses as iSNS has them: 16 bytes, an IPv4 address as an IPv4-mapped one (RFC 4171 §6.3.1).

import { putU16, u16 } from '../../base/index.ts';

/** The bytes of an address literal without brackets or zone; undefined when the text is none. */
export function parseIpAddress(literal: string): Uint8Array | undefined {
  const ipv4 = parseIpv4(literal);
  if (ipv4 !== undefined) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...ipv4);
  // Names of other forms make no valid URL in brackets, and what is valid comes back as hexadecimal groups.
  if (!/^[\d:a-f.]+$/i.test(literal) || !URL.canParse(`http://[${literal}]/`)) return undefined;
  const canonical = new URL(`http://[${literal}]/`).hostname.slice(1, -1);
  const [before = '', after] = canonical.split('::');
  const head = groups(before);
  const tail = groups(after ?? '');
  const bytes = new Uint8Array(16);
  head.forEach((group, index) => {
    putU16(bytes, index * 2, group);
  });
  tail.forEach((group, index) => {
    putU16(bytes, 16 - (tail.length - index) * 2, group);
  });
  return bytes;
}

/**
 * Formats 16 bytes: an IPv4-mapped address with dots, any other in the form of RFC 5952. An IPv4-compatible one, which
 * RFC 4291 §2.5.5.1 has done away with, is taken for IPv4 too: isnsadm of open-isns 0.101 registers IPv4 portals so.
 */
export function formatIpAddress(bytes: Uint8Array): string {
  const isZeros = bytes.subarray(0, 10).every((byte) => byte === 0);
  const isMapped = u16(bytes, 10) === 0xffff;
  const isCompatible = u16(bytes, 10) === 0 && bytes[12] !== 0; // not `::` or `::1`
  if (isZeros && (isMapped || isCompatible)) return bytes.subarray(12, 16).join('.');
  const all = Array.from({ length: 8 }, (_, index) => u16(bytes, index * 2).toString(16));
  return new URL(`http://[${all.join(':')}]/`).hostname.slice(1, -1);
}

function parseIpv4(literal: string): number[] | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(literal)) return undefined;
  const bytes = literal.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function groups(colonSeparated: string): number[] {
  return colonSeparated === '' ? [] : colonSeparated.split(':').map((group) => Number.parseInt(group, 16));
}
