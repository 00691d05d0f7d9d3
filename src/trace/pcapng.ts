// Blocks of the pcapng capture file format (draft-ietf-opsawg-pcapng), in a big-endian section.
//
// A block is: type (4) · total length (4) · body, padded to 4 bytes · total length again (4). Options are: code (2) ·
// length (2) · value, padded to 4 bytes; code 0 ends them.

import { putU16, putU32 } from '../base/index.ts';

const blockType = { sectionHeader: 0x0a0d0d0a, interfaceDescription: 1, enhancedPacket: 6 } as const;
const byteOrderMagic = 0x1a2b3c4d;
/** The whole of the section's length: not known, since it is still being written. */
const unknownLength = 0xffff_ffff;
/** LINKTYPE_RAW: the packet begins with an IPv4 or IPv6 header. */
const linkTypeRaw = 101;
const optionCode = { endOfOptions: 0, userApplication: 4, interfaceName: 2, packetFlags: 2 } as const;

/** Bytes before the packet in an Enhanced Packet Block. */
export const packetBlockHead = 28;
/** Bytes after the padded packet: the flags option, the end of options and the block's length. */
const packetBlockTail = 16;

/** Which way a packet went, as in the two low bits of the flags option. */
export const packetDirection = { inbound: 1, outbound: 2 } as const;
export type PacketDirection = (typeof packetDirection)[keyof typeof packetDirection];

/** The Section Header Block, which names the application that wrote the file. */
export function sectionHeaderBlock(application: string): Uint8Array {
  const fixed = new Uint8Array(16);
  putU32(fixed, 0, byteOrderMagic);
  putU16(fixed, 4, 1); // version 1.0
  putU32(fixed, 8, unknownLength);
  putU32(fixed, 12, unknownLength);
  return block(blockType.sectionHeader, [fixed, textOption(optionCode.userApplication, application), endOfOptions()]);
}

/** The Interface Description Block: raw IP packets of any length, time stamps in microseconds (the default). */
export function interfaceDescriptionBlock(name: string): Uint8Array {
  const fixed = new Uint8Array(8);
  putU16(fixed, 0, linkTypeRaw);
  return block(blockType.interfaceDescription, [fixed, textOption(optionCode.interfaceName, name), endOfOptions()]);
}

/** The length of an Enhanced Packet Block around a packet of `length` bytes. */
export function packetBlockLength(length: number): number {
  return packetBlockHead + padded(length) + packetBlockTail;
}

/**
 * Writes the Enhanced Packet Block around a packet of `length` bytes that stands, or will stand, at
 * `at + packetBlockHead`. `timeUs` is microseconds since 1970.
 */
export function putPacketBlock(
  bytes: Uint8Array,
  at: number,
  packet: { readonly length: number; readonly timeUs: number; readonly direction: PacketDirection },
): void {
  const { length, timeUs, direction } = packet;
  const blockLength = packetBlockLength(length);
  putU32(bytes, at, blockType.enhancedPacket);
  putU32(bytes, at + 4, blockLength);
  putU32(bytes, at + 8, 0); // the first and only interface
  putU32(bytes, at + 12, Math.floor(timeUs / 0x1_0000_0000));
  putU32(bytes, at + 16, timeUs % 0x1_0000_0000);
  putU32(bytes, at + 20, length); // captured
  putU32(bytes, at + 24, length); // original
  const end = at + packetBlockHead + padded(length);
  bytes.fill(0, at + packetBlockHead + length, end);
  putU16(bytes, end, optionCode.packetFlags);
  putU16(bytes, end + 2, 4);
  putU32(bytes, end + 4, direction);
  putU32(bytes, end + 8, optionCode.endOfOptions);
  putU32(bytes, end + 12, blockLength);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function textOption(code: number, text: string): Uint8Array {
  const value = Buffer.from(text);
  const option = new Uint8Array(4 + padded(value.length));
  putU16(option, 0, code);
  putU16(option, 2, value.length);
  option.set(value, 4);
  return option;
}

function endOfOptions(): Uint8Array {
  return new Uint8Array(4);
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const bytes = new Uint8Array(12 + body.length);
  putU32(bytes, 0, type);
  putU32(bytes, 4, bytes.length);
  bytes.set(body, 8);
  putU32(bytes, bytes.length - 4, bytes.length);
  return bytes;
}
