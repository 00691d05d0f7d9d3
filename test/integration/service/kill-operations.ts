// The writing operations that are cut short, and the state that they begin with.

import type { Service } from 'hawser/service';

export const targetName = 'iqn.2026-11.test:kept';
const other = 'iqn.2026-11.test:other';
const loginOptions = { authType: 'chap', userName: 'me', password: 'the password of it' } as const;

/** What is there before each operation. */
export async function fillState(service: Service): Promise<void> {
  const portals = [{ host: '127.0.0.1', port: 1 }];
  await service.addStaticTarget({ targetName, portals, loginOptions });
  await service.addPersistentLogin({ targetName, loginOptions });
  await service.setInitiator({ nodeName: 'iqn.2026-11.test:me' });
  await service.setChapSecret({ secret: 'the other direction' });
  await service.setTunnelAddress({ outer: '192.0.2.1' });
}

/** One operation of each kind, and those that change several records at once. */
export const killOperations: Readonly<Record<string, (service: Service) => Promise<unknown>>> = {
  addStaticTarget: (service) => service.addStaticTarget({ targetName: other, loginOptions }),
  replaceStaticTarget: (service) => service.addStaticTarget({ targetName, targetAlias: 'another one' }),
  removeStaticTarget: (service) => service.removeStaticTarget({ targetName }),
  addPersistentLogin: (service) => {
    const changed = { ...loginOptions, password: 'quite another one' };
    return service.addPersistentLogin({ targetName, loginOptions: changed });
  },
  removePersistentLogin: (service) => service.removePersistentLogin({ targetName }),
  setInitiator: (service) => service.setInitiator({ nodeName: null, alias: 'x' }),
  setChapSecret: (service) => service.setChapSecret({ secret: 'something quite new' }),
  setIkeSettings: (service) => service.setIkeSettings({ securityFlags: 3, key: 'a key' }),
  setTunnelAddress: (service) => service.setTunnelAddress({}),
  importState: (service) => {
    const record = { targetName: other, isHidden: false, portals: [], loginOptions: {} };
    const records = { staticTarget: { [other]: record }, initiator: { default: { alias: 'imported' } } };
    const secrets = { [`staticTarget/${other}`]: Buffer.from('from elsewhere').toString('base64') };
    return service.importState({ state: { format: 'hawser-state', version: 1, records, secrets } });
  },
};
