// TRANSPORT_ADDRESS: addresses with their ports as bytes, in the layout of TDI: little-endian but for what is in network order.

import os from 'node:os';
import { putU16, u16 } from '../base/index.ts';
import { TDI_ADDRESS_TYPE } from './constants.ts';
import { formatIp, parseIp } from './ip-text.ts';

/** An address in words: a literal (with its zone, `fe80::1%2`), a name, or nothing for wherever the system likes; and a port. */
export interface AddressText {
  readonly host: string;
  readonly port: number;
}

/** A TA_ADDRESS. */
export interface TA_ADDRESS {
  readonly AddressLength: number;
  readonly AddressType: number;
  readonly Address: Uint8Array;
}

/** A TRANSPORT_ADDRESS, decoded. */
export interface TRANSPORT_ADDRESS {
  readonly TAAddressCount: number;
  readonly Address: readonly TA_ADDRESS[];
}

/** Bytes of a TDI_ADDRESS_IP: port, address, 8 of zeros. And of a TDI_ADDRESS_IP6: port, flow, address, scope. */
const ipLength = 14;
const ip6Length = 26;
/** More addresses than this in one TRANSPORT_ADDRESS are taken for nonsense. */
const mostAddresses = 64;

/**
 * The bytes of a TRANSPORT_ADDRESS with one address: TDI_ADDRESS_TYPE_IP or _IP6 for a literal, _UNSPEC for a name, which has
 * a port in network order and then the name in UTF-8. Throws RangeError for a port or a zone that is none.
 */
export function encodeTransportAddress({ host, port }: AddressText): Uint8Array {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`port ${port} is none`);
  const [literal = '', zone] = host.split('%', 2);
  const ip = parseIp(literal);
  if (ip?.length === 4) return wrap(TDI_ADDRESS_TYPE.TDI_ADDRESS_TYPE_IP, encodeIp(ip, port));
  if (ip?.length === 16) return wrap(TDI_ADDRESS_TYPE.TDI_ADDRESS_TYPE_IP6, encodeIp6(ip, port, scopeOf(zone)));
  const name = new TextEncoder().encode(host);
  const address = new Uint8Array(2 + name.length);
  putU16(address, 0, port);
  address.set(name, 2);
  return wrap(TDI_ADDRESS_TYPE.TDI_ADDRESS_TYPE_UNSPEC, address);
}

/** The addresses of a TRANSPORT_ADDRESS; undefined for bytes that are none. Bytes behind it are not looked at. */
export function decodeTransportAddress(bytes: Uint8Array): TRANSPORT_ADDRESS | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return undefined;
  const count = view.getInt32(0, true);
  if (count < 1 || count > mostAddresses) return undefined;
  const all: TA_ADDRESS[] = [];
  for (let at = 4; all.length < count; ) {
    if (at + 4 > bytes.length) return undefined;
    const length = view.getUint16(at, true);
    if (at + 4 + length > bytes.length) return undefined;
    const type = view.getUint16(at + 2, true);
    all.push({
      AddressLength: length,
      AddressType: type,
      Address: new Uint8Array(bytes.subarray(at + 4, at + 4 + length)),
    });
    at += 4 + length;
  }
  return { TAAddressCount: count, Address: all };
}

/** The first address that can be taken, in words; undefined when there is none. */
export function addressText(bytes: Uint8Array): AddressText | undefined {
  for (const address of decodeTransportAddress(bytes)?.Address ?? []) {
    const text = textOf(address);
    if (text !== undefined) return text;
  }
  return undefined;
}

function textOf({ AddressType, Address }: TA_ADDRESS): AddressText | undefined {
  const { TDI_ADDRESS_TYPE_IP, TDI_ADDRESS_TYPE_IP6, TDI_ADDRESS_TYPE_UNSPEC } = TDI_ADDRESS_TYPE;
  if (AddressType === TDI_ADDRESS_TYPE_IP && Address.length >= ipLength) {
    return { host: formatIp(Address.subarray(2, 6)), port: u16(Address, 0) };
  }
  if (AddressType === TDI_ADDRESS_TYPE_IP6 && Address.length >= ip6Length) {
    const scope = new DataView(Address.buffer, Address.byteOffset).getUint32(22, true);
    const literal = formatIp(Address.subarray(6, 22));
    return { host: scope === 0 ? literal : `${literal}%${scope}`, port: u16(Address, 0) };
  }
  if (AddressType !== TDI_ADDRESS_TYPE_UNSPEC || Address.length < 2) return undefined;
  const host = new TextDecoder().decode(Address.subarray(2));
  return /^[^\0\s\ufffd]*$/.test(host) ? { host, port: u16(Address, 0) } : undefined;
}

function encodeIp(ip: Uint8Array, port: number): Uint8Array {
  const address = new Uint8Array(ipLength);
  putU16(address, 0, port);
  address.set(ip, 2);
  return address;
}

function encodeIp6(ip: Uint8Array, port: number, scope: number): Uint8Array {
  const address = new Uint8Array(ip6Length);
  putU16(address, 0, port);
  address.set(ip, 6);
  new DataView(address.buffer).setUint32(22, scope, true);
  return address;
}

function wrap(type: number, address: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + address.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 1, true);
  view.setUint16(4, address.length, true);
  view.setUint16(6, type, true);
  bytes.set(address, 8);
  return bytes;
}

/** The number of a zone, which is given as such or as the name of a network interface. */
function scopeOf(zone: string | undefined): number {
  if (zone === undefined) return 0;
  if (/^\d{1,9}$/.test(zone)) return Number(zone);
  for (const info of os.networkInterfaces()[zone] ?? []) {
    if (info.family === 'IPv6' && info.scopeid !== 0) return info.scopeid;
  }
  throw new RangeError(`${zone} is no zone`);
}
