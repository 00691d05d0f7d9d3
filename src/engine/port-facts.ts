// What the operating system tells of the network interfaces behind local addresses: link, frame size, gateway.

import { readFile } from 'node:fs/promises';
import os from 'node:os';

import { type Interfaces, interfaceOf } from './local-address.ts';

/** A local address and the interface that has it. What a system does not tell is undefined: only Linux tells more than libuv. */
export interface PortFacts {
  /** As `sourceAddresses` gives it. */
  readonly address: string;
  /** The interface's name; undefined for an address that no interface of this host has now. */
  readonly interface: string | undefined;
  readonly netmask: string | undefined;
  /** Six bytes; zeros for an interface that has none. */
  readonly mac: Uint8Array;
  /** The families of all addresses of the interface. */
  readonly families: readonly (4 | 6)[];
  /** Whether the interface has its link. */
  readonly isUp: boolean;
  /** In megabits per second. */
  readonly linkSpeed: number | undefined;
  /** The largest packet, in bytes (MTU). */
  readonly maxFrameSize: number | undefined;
  /** Where packets go that are for no network of the interface, in the family of the address. */
  readonly gateway: string | undefined;
}

/** What a host tells, by way of its system calls and of its files; the text of a file, or undefined where there is none. */
export interface HostNetwork {
  readonly interfaces: Interfaces;
  readonly read: (path: string) => Promise<string | undefined>;
  readonly isLittleEndian: boolean;
}

const macLength = 6;
/** RTF_GATEWAY of a route's flags. */
const viaGateway = 0x2;

/** Looks up each address. Never rejects. */
export async function portFacts(addresses: readonly string[], host: HostNetwork = thisHost()): Promise<PortFacts[]> {
  const [routes4 = '', routes6 = ''] = await Promise.all([
    host.read('/proc/net/route'),
    host.read('/proc/net/ipv6_route'),
  ]);
  return await Promise.all(
    addresses.map(async (address) => {
      const known = interfaceOf(address, host.interfaces);
      if (known === undefined) return unknownPort(address);
      const { name, info } = known;
      const file = async (what: string): Promise<string | undefined> => {
        return (await host.read(`/sys/class/net/${name}/${what}`))?.trim();
      };
      const [carrier, speed, mtu] = await Promise.all(['carrier', 'speed', 'mtu'].map(file));
      const family = info.family === 'IPv6' ? 6 : 4;
      return {
        address,
        interface: name,
        netmask: info.netmask,
        mac: macBytes(info.mac),
        families: familiesOf(host.interfaces[name] ?? []),
        // An interface is listed with its addresses only while it is running.
        isUp: carrier !== '0',
        linkSpeed: positive(speed),
        maxFrameSize: positive(mtu),
        gateway: family === 4 ? gateway4(routes4, name, host.isLittleEndian) : gateway6(routes6, name),
      };
    }),
  );
}

function thisHost(): HostNetwork {
  return {
    interfaces: os.networkInterfaces(),
    read: async (path) => await readFile(path, 'latin1').catch(() => undefined),
    isLittleEndian: os.endianness() === 'LE',
  };
}

function unknownPort(address: string): PortFacts {
  const unknown = { netmask: undefined, linkSpeed: undefined, maxFrameSize: undefined, gateway: undefined };
  return { address, interface: undefined, mac: new Uint8Array(macLength), families: [], isUp: false, ...unknown };
}

function macBytes(mac: string): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(mac.replaceAll(':', ''), 'hex'));
  return bytes.length === macLength ? bytes : new Uint8Array(macLength);
}

function familiesOf(infos: readonly os.NetworkInterfaceInfo[]): (4 | 6)[] {
  return ([4, 6] as const).filter((family) => infos.some((info) => info.family === `IPv${family}`));
}

/** A link that is down, or that has no speed, says -1. */
function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** Columns: interface, destination, gateway, flags, …; addresses are 32-bit integers of the host, of bytes in network order. */
function gateway4(routes: string, name: string, isLittleEndian: boolean): string | undefined {
  for (const line of routes.split('\n')) {
    const [route, destination, gateway = '', flags = ''] = line.split(/\s+/);
    if (route !== name || destination !== '00000000' || (Number.parseInt(flags, 16) & viaGateway) === 0) continue;
    const bytes = Buffer.from(gateway, 'hex');
    return [...(isLittleEndian ? bytes.reverse() : bytes)].join('.');
  }
  return undefined;
}

/** Columns: destination, its prefix length, source, its prefix length, next hop, metric, count, uses, flags, interface. */
function gateway6(routes: string, name: string): string | undefined {
  for (const line of routes.split('\n')) {
    const [destination = '', length, , , hop = '', , , , flags = '', route] = line.trim().split(/\s+/);
    const isDefault = /^0{32}$/.test(destination) && length === '00';
    if (route === name && isDefault && (Number.parseInt(flags, 16) & viaGateway) !== 0) {
      return hop.match(/.{4}/g)?.join(':');
    }
  }
  return undefined;
}
