// MSiSCSI_RADIUSConfig: the RADIUS servers of the service and the secret shared with them, which goes in and never comes out.

import { IscsiError } from '../../base/index.ts';
import type { InitiatorService, RadiusServer } from '../../service/index.ts';
import { ipAddressOf, textOf } from '../ip-address.ts';
import type { BlockChanges, DataBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { requireSame } from './read-only.ts';
import { addressOfHost, isSameHost } from './server-address.ts';

/** How many of the servers this class shows. */
const shownServers = 2;

/**
 * An instance an adapter. Its two servers are the first two of the service: another address takes the place of each, an
 * empty one takes it away, and the others stay. `UseRADIUSForCHAP` follows from there being one: each login says by its flags
 * whether its target is verified so. An empty secret changes nothing.
 */
export function radiusConfig({ service, adapters }: WmiGround): DataBlock<'MSiSCSI_RADIUSConfig'> {
  return {
    className: 'MSiSCSI_RADIUSConfig',
    instances: async (signal) => {
      const [server, backup] = await service.radiusServers({ signal });
      const value = {
        UseRADIUSForCHAP: server !== undefined,
        RADIUSServer: ipAddressOf(server?.host ?? ''),
        BackupRADIUSServer: ipAddressOf(backup?.host ?? ''),
        SharedSecret: new Uint8Array(),
      };
      return adapters.map(({ name }) => ({ instanceName: name, value }));
    },
    set: async (_instanceName, changes, signal) => {
      await change(service, changes, signal);
    },
  };
}

async function change(
  service: InitiatorService,
  changes: BlockChanges<'MSiSCSI_RADIUSConfig'>,
  signal: AbortSignal,
): Promise<void> {
  const servers = await service.radiusServers({ signal });
  const shown = servers.slice(0, shownServers);
  const wished = [changes.RADIUSServer, changes.BackupRADIUSServer].map((address, index) => {
    return address === undefined ? (servers[index]?.host ?? '') : textOf(address);
  });
  const others = servers.slice(shownServers);
  const hasServer = others.length > 0 || wished.some((host) => host !== '');
  requireSame('UseRADIUSForCHAP', changes.UseRADIUSForCHAP, hasServer);
  const { SharedSecret: secret } = changes;
  if (secret !== undefined && secret.length > 0) {
    await service.setRadiusSecret({ secret: { hex: Buffer.from(secret).toString('hex') } }, { signal });
  }
  const isKnown = (host: string): boolean => servers.some((server) => isSameHost(server.host, host));
  for (const host of wished) {
    if (host !== '' && !isKnown(host)) await service.addRadiusServer({ address: addressOfHost(host) }, { signal });
  }
  for (const server of shown) {
    if (!wished.some((host) => isSameHost(host, server.host))) await remove(service, server, signal);
  }
}

/** The service shows a server with its port, and keeps it under the address that it was given. */
async function remove(service: InitiatorService, { host, port }: RadiusServer, signal: AbortSignal): Promise<void> {
  const bare = addressOfHost(host);
  for (const address of [`${bare}:${port}`, bare, host]) {
    try {
      await service.removeRadiusServer({ address }, { signal });
      return;
    } catch (error) {
      if (!(error instanceof IscsiError) || error.code !== 'SERVICE_SERVER_UNKNOWN') throw error;
    }
  }
}
