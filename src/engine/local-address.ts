// Finds the source address for a binding among the addresses of this machine.

import { BlockList, isIP } from 'node:net';
import os from 'node:os';
import { UsageError } from '../base/index.ts';
import type { LocalBinding } from './driver.ts';

/** The addresses of a machine by interface, as `os.networkInterfaces()` gives them. */
export type Interfaces = NodeJS.Dict<os.NetworkInterfaceInfo[]>;

/** What to bind a socket to. */
export interface SocketBinding {
  readonly localAddress?: string;
  readonly family?: 4 | 6;
}

/**
 * Resolves `binding` for a circuit to `host`. Throws UsageError `ISCSI_BAD_ARGUMENT` when nothing fits. A `host` that is a
 * name restricts nothing: the name is then looked up in the family of the source address.
 */
export function resolveBinding(
  binding: LocalBinding,
  host: string | undefined,
  interfaces?: Interfaces,
): SocketBinding {
  const remoteFamily = host === undefined ? undefined : familyOf(host);
  if (binding.family !== undefined && remoteFamily !== undefined && binding.family !== remoteFamily) {
    throw refuse('family', `${host ?? ''} is not an IPv${binding.family} address`);
  }
  const family = binding.family ?? remoteFamily;
  const { localAddress, interface: name } = binding;
  // Asking the system is the dearest part of a connect: only a binding that names something has to.
  if (localAddress !== undefined) {
    return checkSource(localAddress, name, family, interfaces ?? os.networkInterfaces());
  }
  if (name !== undefined) return fromInterface(name, family, interfaces ?? os.networkInterfaces());
  return family === undefined ? {} : { family };
}

/** The source addresses that `binding` leaves, those that only this machine can reach last. */
export function sourceAddresses(binding: LocalBinding = {}, interfaces: Interfaces = os.networkInterfaces()): string[] {
  const { localAddress, family } = binding;
  if (localAddress !== undefined) return [localAddress];
  const addresses = Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? []).map((info) => ({
      name,
      info,
      address: isLinkLocal(info) ? `${info.address}%${name}` : info.address,
    })),
  );
  const fitting = addresses.filter(
    ({ name, info }) =>
      (binding.interface === undefined || binding.interface === name) &&
      (family === undefined || numericFamily(info) === family),
  );
  return [false, true].flatMap((internal) =>
    fitting.filter(({ info }) => info.internal === internal).map(({ address }) => address),
  );
}

/** The interface that has an address, and the address of the interface by which it has it. */
export function interfaceOf(
  address: string,
  interfaces: Interfaces,
): { readonly name: string; readonly info: os.NetworkInterfaceInfo } | undefined {
  const family = familyOf(address);
  const zone = address.split('%', 2)[1];
  if (family === undefined) return undefined;
  for (const [name, infos] of Object.entries(interfaces)) {
    const info = infos?.find((each) => holds(each, address, family));
    if (info !== undefined && (zone === undefined || zone === name)) return { name, info };
  }
  return undefined;
}

function checkSource(
  localAddress: string,
  name: string | undefined,
  family: 4 | 6 | undefined,
  interfaces: Interfaces,
): SocketBinding {
  const ownFamily = familyOf(localAddress);
  if (ownFamily === undefined) throw refuse('localAddress', `${localAddress} is not an IP address`);
  if (family !== undefined && family !== ownFamily) {
    throw refuse('localAddress', `${localAddress} cannot reach an IPv${family} address`);
  }
  const infos = name === undefined ? Object.values(interfaces).flatMap((all) => all ?? []) : named(name, interfaces);
  if (!infos.some((info) => holds(info, localAddress, ownFamily))) {
    const where = name === undefined ? 'no network interface of this machine' : `interface ${name} not`;
    throw refuse('localAddress', `${where} has the address ${localAddress}`);
  }
  return { localAddress, family: ownFamily };
}

/** Loopback owns its whole IPv4 subnet, though only one address of it is listed. */
function holds(info: os.NetworkInterfaceInfo, address: string, family: 4 | 6): boolean {
  if (numericFamily(info) !== family) return false;
  const bare = address.split('%', 1)[0] ?? address;
  if (info.address === bare) return true;
  if (!info.internal || family !== 4 || info.cidr === null) return false;
  const subnet = new BlockList();
  subnet.addSubnet(info.address, Number(info.cidr.split('/')[1]), 'ipv4');
  return subnet.check(address, 'ipv4');
}

/** Takes the interface's first address of the family, a link-local one only when there is no other. */
function fromInterface(name: string, family: 4 | 6 | undefined, interfaces: Interfaces): SocketBinding {
  const fitting = named(name, interfaces).filter((info) => family === undefined || numericFamily(info) === family);
  const chosen = fitting.find((info) => !isLinkLocal(info)) ?? fitting[0];
  if (chosen === undefined) throw refuse('interface', `network interface ${name} has no IPv${family ?? ''} address`);
  // A link-local address means nothing without its zone (RFC 4007 §11).
  const localAddress = isLinkLocal(chosen) ? `${chosen.address}%${name}` : chosen.address;
  return { localAddress, family: numericFamily(chosen) };
}

function named(name: string, interfaces: Interfaces): os.NetworkInterfaceInfo[] {
  const infos = interfaces[name];
  if (infos !== undefined && infos.length > 0) return infos;
  const known = Object.keys(interfaces).join(', ');
  throw refuse('interface', `no network interface ${name} with an address, there are: ${known}`);
}

function isLinkLocal(info: os.NetworkInterfaceInfo): boolean {
  return info.family === 'IPv6' && info.address.toLowerCase().startsWith('fe80:');
}

function numericFamily(info: os.NetworkInterfaceInfo): 4 | 6 {
  return info.family === 'IPv6' ? 6 : 4;
}

function familyOf(host: string): 4 | 6 | undefined {
  const family = isIP(host);
  return family === 4 || family === 6 ? family : undefined;
}

function refuse(argument: string, message: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', message, { argument });
}
