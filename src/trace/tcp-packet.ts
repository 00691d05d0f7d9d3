// IPv4 or IPv6 with TCP: the headers that a segment would have had, with correct lengths and checksums.

import { putU8, putU16, putU32, u16 } from '../base/index.ts';

/** The bits of byte 13 of a TCP header (RFC 9293 §3.1). */
export const tcpFlag = { fin: 0x01, syn: 0x02, push: 0x08, acknowledge: 0x10 } as const;

/** The sender's or receiver's end of a segment. */
export interface TcpEnd {
  /** 4 or 16 bytes; both ends of a flow have the same. */
  readonly address: Uint8Array;
  readonly port: number;
}

/** What the headers of one segment say. */
export interface TcpSegment {
  readonly from: TcpEnd;
  readonly to: TcpEnd;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  /** Length of the payload, which stands behind the headers already. */
  readonly payloadLength: number;
}

const plainTcpHeader = 20;
const ipHeader = { v4: 20, v6: 40 } as const;
const tcpProtocol = 6;
const timeToLive = 64;

/** The most payload that fits into one packet, whatever the IP version: both lengths are 16 bits. */
export const mostPayload: number = 0xffff - ipHeader.v4 - plainTcpHeader;

/**
 * What a SYN carries: the longest segment (RFC 9293 §3.7.1), and a window shift of 14 (RFC 7323 §2.3), without which no
 * window would hold the bursts that a trace shows.
 */
const synOptions: Uint8Array = Uint8Array.of(2, 4, mostPayload >> 8, mostPayload & 0xff, 1, 3, 3, 14);

/** The bytes of IP and TCP headers of such a segment. */
export function headersLength(segment: Pick<TcpSegment, 'from' | 'flags'>): number {
  const ip = segment.from.address.length === 4 ? ipHeader.v4 : ipHeader.v6;
  return ip + tcpHeaderLength(segment.flags);
}

/**
 * Writes both headers at `at`, before the payload. `at` is a multiple of 4, and the bytes up to the next multiple of 4
 * behind the payload are overwritten with zeros.
 */
export function putHeaders(bytes: Uint8Array, at: number, segment: TcpSegment): void {
  const { from, to, flags, payloadLength } = segment;
  const isIpv4 = from.address.length === 4;
  const tcpAt = at + (isIpv4 ? ipHeader.v4 : ipHeader.v6);
  const tcpLength = tcpHeaderLength(flags) + payloadLength;
  if (isIpv4) putIpv4(bytes, at, segment, tcpLength);
  else putIpv6(bytes, at, segment, tcpLength);
  putU16(bytes, tcpAt, from.port);
  putU16(bytes, tcpAt + 2, to.port);
  putU32(bytes, tcpAt + 4, segment.sequence);
  putU32(bytes, tcpAt + 8, segment.acknowledgment);
  putU8(bytes, tcpAt + 12, tcpHeaderLength(flags) << 2);
  putU8(bytes, tcpAt + 13, flags);
  putU16(bytes, tcpAt + 14, 0xffff);
  putU32(bytes, tcpAt + 16, 0);
  if ((flags & tcpFlag.syn) !== 0) bytes.set(synOptions, tcpAt + plainTcpHeader);
  bytes.fill(0, tcpAt + tcpLength, (tcpAt + tcpLength + 3) & ~3);
  putU16(bytes, tcpAt + 16, checksum(bytes, tcpAt, tcpLength, pseudoHeader(segment, tcpLength)));
}

function tcpHeaderLength(flags: number): number {
  return plainTcpHeader + ((flags & tcpFlag.syn) === 0 ? 0 : synOptions.length);
}

function putIpv4(bytes: Uint8Array, at: number, segment: TcpSegment, tcpLength: number): void {
  putU16(bytes, at, 0x4500); // version 4, five words, no type of service
  putU16(bytes, at + 2, ipHeader.v4 + tcpLength);
  putU16(bytes, at + 4, 0);
  putU16(bytes, at + 6, 0x4000); // not to be fragmented, so the identification may be 0 (RFC 6864 §4.1)
  putU8(bytes, at + 8, timeToLive);
  putU8(bytes, at + 9, tcpProtocol);
  putU16(bytes, at + 10, 0);
  bytes.set(segment.from.address, at + 12);
  bytes.set(segment.to.address, at + 16);
  putU16(bytes, at + 10, checksum(bytes, at, ipHeader.v4, 0));
}

function putIpv6(bytes: Uint8Array, at: number, segment: TcpSegment, tcpLength: number): void {
  putU32(bytes, at, 0x6000_0000); // version 6
  putU16(bytes, at + 4, tcpLength);
  putU8(bytes, at + 6, tcpProtocol);
  putU8(bytes, at + 7, timeToLive);
  bytes.set(segment.from.address, at + 8);
  bytes.set(segment.to.address, at + 24);
}

/** The sum of the pseudo header's 16-bit words (RFC 9293 §3.1, RFC 8200 §8.1). */
function pseudoHeader(segment: TcpSegment, tcpLength: number): number {
  const { from, to } = segment;
  let sum = tcpProtocol + tcpLength;
  for (let at = 0; at < from.address.length; at += 2) sum += u16(from.address, at) + u16(to.address, at);
  return sum;
}

/**
 * The Internet checksum (RFC 1071) of `initial` and `length` bytes, behind which zeros pad up to whole words. A sum of
 * 32-bit words is one of 16-bit words modulo 65535; it stays exact, since a packet has less than 2^21 of them.
 */
function checksum(bytes: Uint8Array, at: number, length: number, initial: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, (length + 3) & ~3);
  let sum = initial;
  for (let word = 0; word < view.byteLength; word += 4) sum += view.getUint32(word);
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
