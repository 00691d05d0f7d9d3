// MSiSCSI_DiscoveryConfig: the initiator's name and its iSNS server. The service keeps both, so every adapter shows the same.

import { ipAddressOf, textOf } from '../ip-address.ts';
import type { StructureValue } from '../layout/index.ts';
import type { BlockChanges, DataBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { requireSame } from './read-only.ts';
import { addressOfHost, hostOf, isSameHost } from './server-address.ts';

type Config = StructureValue<'MSiSCSI_DiscoveryConfig'>;

/**
 * An instance an adapter. `iSNSServer` is the first of the service's servers: a new address takes its place, an empty one
 * takes it away, and the others stay. `PerformiSNSDiscovery` follows from there being one. SLP is not spoken, and servers are
 * not searched for. An empty name is the default name.
 */
export function discoveryConfig(ground: WmiGround): DataBlock<'MSiSCSI_DiscoveryConfig'> {
  return {
    className: 'MSiSCSI_DiscoveryConfig',
    instances: async (signal) => {
      const { service, adapters } = ground;
      const [{ nodeName }, servers] = await Promise.all([
        service.initiator({ signal }),
        service.isnsServers({ signal }),
      ]);
      const value: Config = {
        PerformiSNSDiscovery: servers.length > 0,
        PerformSLPDiscovery: false,
        AutomaticiSNSDiscovery: false,
        InitiatorName: nodeName,
        iSNSServer: ipAddressOf(hostOf(servers[0]?.address ?? '')),
      };
      return adapters.map(({ name }) => ({ instanceName: name, value }));
    },
    set: async (_instanceName, changes, signal) => {
      await change(ground, changes, signal);
    },
  };
}

async function change(
  { service }: WmiGround,
  changes: BlockChanges<'MSiSCSI_DiscoveryConfig'>,
  signal: AbortSignal,
): Promise<void> {
  const [{ nodeName }, servers] = await Promise.all([service.initiator({ signal }), service.isnsServers({ signal })]);
  const [first, ...others] = servers.map(({ address }) => address);
  const host = changes.iSNSServer === undefined ? hostOf(first ?? '') : textOf(changes.iSNSServer);
  requireSame('PerformSLPDiscovery', changes.PerformSLPDiscovery, false);
  requireSame('AutomaticiSNSDiscovery', changes.AutomaticiSNSDiscovery, false);
  requireSame('PerformiSNSDiscovery', changes.PerformiSNSDiscovery, host !== '' || others.length > 0);
  const name = changes.InitiatorName;
  if (name !== undefined && name !== nodeName) {
    await service.setInitiator({ nodeName: name === '' ? null : name }, { signal });
  }
  if (isSameHost(host, hostOf(first ?? ''))) return;
  if (host !== '') await service.addIsnsServer({ address: addressOfHost(host) }, { signal });
  if (first !== undefined) await service.removeIsnsServer({ address: first }, { signal });
}
