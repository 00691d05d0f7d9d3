// MSiSCSI_TCPIPConfig and MSiSCSI_NICConfig: the addresses of an adapter's ports and the interfaces behind them, as the
// operating system has set them up. They are not ours to change, so both are read-only.

import { getServers } from 'node:dns';

import type { PortFacts } from '../../adapter/index.ts';
import { ipAddressOf } from '../ip-address.ts';
import type { StructureInput } from '../layout/index.ts';
import { type DataBlock, portInstanceName } from '../provider/index.ts';
import { ISCSI_NIC_LINKSTATE } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';

/** Bits of IPVersions. */
const ipVersion = { 4: 0x1, 6: 0x2 } as const;

/** An instance a port. */
export function tcpIpConfig(
  ground: WmiGround,
  nameServers: () => readonly string[] = getServers,
): DataBlock<'MSiSCSI_TCPIPConfig'> {
  return {
    className: 'MSiSCSI_TCPIPConfig',
    instances: async () => await ofEachPort(ground, (facts) => asTcpIpConfig(facts, nameServers())),
  };
}

/** An instance a port. Ports that are addresses of one interface have the same values. */
export function nicConfig(ground: WmiGround): DataBlock<'MSiSCSI_NICConfig'> {
  return { className: 'MSiSCSI_NICConfig', instances: async () => await ofEachPort(ground, asNicConfig) };
}

async function ofEachPort<V>(
  { adapters }: WmiGround,
  valueOf: (facts: PortFacts) => V,
): Promise<{ readonly instanceName: string; readonly value: V }[]> {
  const ofAdapters = adapters.map(async (adapter) => {
    const ports = await adapter.portFacts();
    return ports.map((facts, index) => ({
      instanceName: portInstanceName(adapter, index),
      value: valueOf(facts),
    }));
  });
  return (await Promise.all(ofAdapters)).flat();
}

function asTcpIpConfig(
  { address, netmask = '', gateway = '', families }: PortFacts,
  [preferred = '', alternate = '']: readonly string[],
): StructureInput<'MSiSCSI_TCPIPConfig'> {
  return {
    UseLinkLocalAddress: /^fe[89ab]|^169\.254\./i.test(address),
    // Whether an address or a name server came by DHCP is something that no interface of the system tells.
    EnableDHCP: false,
    UseDHCPForDNS: false,
    IPVersions: families.reduce((bits, family) => bits | ipVersion[family], 0),
    IpAddress: ipAddressOf(address),
    DefaultGateway: ipAddressOf(gateway),
    SubnetMask: ipAddressOf(netmask),
    PreferredDNSServer: ipAddressOf(preferred),
    AlternateDNSServer: ipAddressOf(alternate),
  };
}

/** 0 stands for what the system does not tell. The greatest speed that a link could have is that of the link. */
function asNicConfig({ linkSpeed = 0, maxFrameSize = 0, isUp, mac }: PortFacts): StructureInput<'MSiSCSI_NICConfig'> {
  return {
    LinkSpeed: linkSpeed,
    MaxLinkSpeed: linkSpeed,
    LinkState: isUp
      ? ISCSI_NIC_LINKSTATE.ISCSI_NIC_LINKSTATE_CONNECTED
      : ISCSI_NIC_LINKSTATE.ISCSI_NIC_LINKSTATE_DISCONNECTED,
    MaxFrameSize: maxFrameSize,
    MacAddress: mac,
  };
}
