// IP addresses as bytes: literals as they are, and for names, as the memory transport has them, made-up loopback addresses.

import { isIPv4, isIPv6 } from 'node:net';
import { putU16, putU32 } from '../base/index.ts';

/** 4 or 16 bytes. A literal is read as it is; any other text gets a loopback address that is always the same for it. */
export function ipAddress(text: string): Uint8Array {
  const [literal = ''] = text.split('%', 1); // without the zone of a link-local address
  if (isIPv4(literal)) return Uint8Array.from(literal.split('.'), Number);
  if (isIPv6(literal)) return parseIpv6(literal);
  return madeUp(text);
}

/** The same address in 16 bytes (an IPv4-mapped one, RFC 4291 §2.5.5.2), for a circuit whose other end is IPv6. */
export function asIpv6(address: Uint8Array): Uint8Array {
  if (address.length === 16) return address;
  const mapped = new Uint8Array(16);
  putU16(mapped, 10, 0xffff);
  mapped.set(address, 12);
  return mapped;
}

function parseIpv6(literal: string): Uint8Array {
  const bytes = new Uint8Array(16);
  const [before = '', after] = literal.split('::');
  const head = ipv6Groups(before);
  const tail = after === undefined ? [] : ipv6Groups(after);
  head.forEach((group, index) => {
    putU16(bytes, index * 2, group);
  });
  tail.forEach((group, index) => {
    putU16(bytes, 16 - (tail.length - index) * 2, group);
  });
  return bytes;
}

function ipv6Groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** 127.x.y.z from a hash of the name (FNV-1a, 32 bits); the last byte is never 0 or 255. */
function madeUp(name: string): Uint8Array {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const address = new Uint8Array(4);
  putU32(address, 0, hash);
  address[0] = 127;
  address[3] = 1 + ((address[3] ?? 0) % 254);
  return address;
}
