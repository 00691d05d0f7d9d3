// Addresses as text and as ISCSI_IP_Address: the one place that knows the byte order of IpV4Address.
//
// No document states that order. Here it is the one of an in_addr, so that the octets of 192.0.2.1 are in memory in the
// order in which they are read, and so is an IPv6 address.

import { isIPv4, isIPv6 } from 'node:net';

import { WmiError } from '../base/index.ts';
import type { StructureInput, StructureValue } from './layout/index.ts';
import { ISCSIIPADDRESSTYPE } from './values/index.ts';

const { ISCSI_IP_ADDRESS_TEXT, ISCSI_IP_ADDRESS_IPV4, ISCSI_IP_ADDRESS_IPV6, ISCSI_IP_ADDRESS_EMPTY } =
  ISCSIIPADDRESSTYPE;

type IpAddress = StructureValue<'ISCSI_IP_Address'>;

/**
 * The structure for an address in text: binary for an IPv4 or IPv6 literal, whose zone is a number if there is one; text
 * for all else, that is names and zones that are names; none for ''.
 */
export function ipAddressOf(text: string): IpAddress {
  const none = {
    Type: ISCSI_IP_ADDRESS_EMPTY,
    IpV4Address: 0,
    IpV6Address: new Uint8Array(16),
    IpV6FlowInfo: 0,
    IpV6ScopeId: 0,
    TextAddress: '',
  };
  if (text === '') return none;
  if (isIPv4(text)) return { ...none, Type: ISCSI_IP_ADDRESS_IPV4, IpV4Address: ipv4Number(text) };
  const [literal = '', zone = '0'] = text.split('%');
  if (isIPv6(text) && /^\d{1,9}$/.test(zone)) {
    return {
      ...none,
      Type: ISCSI_IP_ADDRESS_IPV6,
      IpV6Address: ipv6Bytes(literal),
      IpV6ScopeId: Number(zone),
    };
  }
  return { ...none, Type: ISCSI_IP_ADDRESS_TEXT, TextAddress: text };
}

/**
 * The address in text: '' for none; only the member that `Type` names is looked at. Throws WmiError `WMI_BAD_BUFFER` for
 * another `Type` than there is.
 */
export function textOf(address: StructureInput<'ISCSI_IP_Address'>): string {
  switch (address.Type) {
    case ISCSI_IP_ADDRESS_TEXT:
      return address.TextAddress;
    case ISCSI_IP_ADDRESS_IPV4:
      return ipv4Text(address.IpV4Address);
    case ISCSI_IP_ADDRESS_IPV6:
      return ipv6Text(address.IpV6Address) + (address.IpV6ScopeId === 0 ? '' : `%${address.IpV6ScopeId}`);
    case ISCSI_IP_ADDRESS_EMPTY:
      return '';
    default:
      throw new WmiError('WMI_BAD_BUFFER', `an address cannot be of type ${address.Type}`, {
        member: 'ISCSI_IP_Address.Type',
      });
  }
}

/** The number that has the first octet at its lowest address when it is written little-endian. */
function ipv4Number(text: string): number {
  return text.split('.').reduce((sum, octet, index) => sum + Number(octet) * 0x100 ** index, 0);
}

function ipv4Text(value: number): string {
  return [0, 8, 16, 24].map((bits) => (value >>> bits) & 0xff).join('.');
}

function ipv6Bytes(literal: string): Uint8Array {
  // A URL has the literal in groups of hexadecimal digits alone, whatever it was written like.
  const [left = '', right] = new URL(`http://[${literal}]`).hostname.slice(1, -1).split('::');
  const groupsOf = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const before = groupsOf(left);
  const after = groupsOf(right ?? '');
  const between = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...between, ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]));
}

/** In the form of RFC 5952. */
function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  const literal = groups.map((group) => group.toString(16)).join(':');
  return new URL(`http://[${literal}]`).hostname.slice(1, -1);
}
