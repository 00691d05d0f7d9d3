// Every operation that changes what the service keeps, and a state in which each of them has something to change.

import type { ExportedState, Service } from 'hawser/service';
import type { Portal } from './service-lab.ts';

/** An operation that changes what is kept. */
export interface WritingOperation {
  readonly name: string;
  run(service: Service): Promise<unknown>;
}

/** Refuses connections at once: TCPMUX, which no host of a test has. */
const deadPort = { host: '127.0.0.1', port: 1 } as const;
const loginOptions = { authType: 'chap', userName: 'user', password: 'the first password' } as const;
const otherOptions = { authType: 'chap', userName: 'other', password: 'another password' } as const;
const known = 'iqn.2026-11.test:known';
const fresh = 'iqn.2026-11.test:new';
const devicePaths = [`${known}/0`, `${known}/1`] as const;

/** Puts something of every kind into an empty service. */
export async function fillState(service: Service): Promise<void> {
  await service.setInitiator({ nodeName: 'iqn.2026-11.test:old-initiator', alias: 'old' });
  await service.setChapSecret({ secret: 'the old CHAP secret' });
  await service.setRadiusSecret({ secret: 'the old secret of RADIUS' });
  await service.addRadiusServer({ address: '192.0.2.1' });
  await service.addIsnsServer({ address: '127.0.0.1:1' });
  await service.addPortal({ ...deadPort, symbolicName: 'dead', loginOptions });
  await service.addStaticTarget({ targetName: known, portals: [deadPort], loginOptions });
  await service.addPersistentLogin({ targetName: known, loginOptions });
  await service.addPersistentLogin({ targetName: known, portal: deadPort });
  await service.setIkeSettings({ securityFlags: 0, key: 'the old key of IKE' });
  await service.setPresharedKey({ key: 'the old key of the group' });
  await service.setTunnelAddress({ destination: '192.0.2.2', outer: '192.0.2.3' });
  const state = await service.exportState({ includesSecrets: true });
  const persistentDevice = Object.fromEntries(devicePaths.map((path) => [path, { path }]));
  await service.importState({ state: { ...state, records: { ...state.records, persistentDevice } } });
}

/** What is imported: one record that is there already, two that are not, and a secret. */
const imported: ExportedState = {
  format: 'hawser-state',
  version: 1,
  records: {
    initiator: { default: { nodeName: 'iqn.2026-11.test:imported' } },
    radiusServer: { '192.0.2.7': { address: '192.0.2.7' }, '192.0.2.8': { address: '192.0.2.8' } },
  },
  secrets: { 'initiator/chap': Buffer.from('the imported CHAP secret').toString('base64') },
};

/**
 * Those that make their change before they return a promise, on what `fillState` makes. All of them write at once, so that
 * many can be held at the same step in one process.
 */
export const promptOperations: readonly WritingOperation[] = [
  { name: 'setInitiator', run: (service) => service.setInitiator({ nodeName: 'iqn.2026-11.test:new-initiator' }) },
  { name: 'addPortal', run: (service) => service.addPortal({ ...deadPort, port: 2, loginOptions: otherOptions }) },
  { name: 'addPortal again', run: (service) => service.addPortal({ ...deadPort, symbolicName: 'again' }) },
  { name: 'removePortal', run: (service) => service.removePortal(deadPort) },
  { name: 'addIsnsServer', run: (service) => service.addIsnsServer({ address: '127.0.0.1:2' }) },
  { name: 'removeIsnsServer', run: (service) => service.removeIsnsServer({ address: '127.0.0.1:1' }) },
  {
    name: 'addStaticTarget',
    run: (service) => service.addStaticTarget({ targetName: fresh, portals: [deadPort], loginOptions: otherOptions }),
  },
  {
    name: 'addStaticTarget merges',
    run: (service) => service.addStaticTarget({ targetName: known, merges: true, loginOptions: otherOptions }),
  },
  {
    name: 'addStaticTarget for now',
    run: (service) => service.addStaticTarget({ targetName: known, merges: true, persists: false }),
  },
  { name: 'removeStaticTarget', run: (service) => service.removeStaticTarget({ targetName: known }) },
  { name: 'removePersistentLogin', run: (service) => service.removePersistentLogin({ targetName: known }) },
  {
    name: 'removePersistentDevice',
    run: (service) => service.removePersistentDevice({ path: devicePaths[0] }),
  },
  { name: 'clearPersistentDevices', run: (service) => service.clearPersistentDevices() },
  { name: 'setChapSecret', run: (service) => service.setChapSecret({ secret: 'the new CHAP secret' }) },
  { name: 'setChapSecret null', run: (service) => service.setChapSecret({ secret: null }) },
  { name: 'setRadiusSecret', run: (service) => service.setRadiusSecret({ secret: 'the new secret of RADIUS' }) },
  { name: 'addRadiusServer', run: (service) => service.addRadiusServer({ address: '192.0.2.9' }) },
  { name: 'removeRadiusServer', run: (service) => service.removeRadiusServer({ address: '192.0.2.1' }) },
  {
    name: 'setIkeSettings',
    run: (service) => service.setIkeSettings({ securityFlags: 0, identity: { idType: 2, id: 'new' }, key: 'new key' }),
  },
  { name: 'setPresharedKey', run: (service) => service.setPresharedKey({ key: 'the new key of the group' }) },
  { name: 'setPresharedKey null', run: (service) => service.setPresharedKey({ key: null }) },
  {
    name: 'setTunnelAddress',
    run: (service) => service.setTunnelAddress({ destination: '192.0.2.2', outer: '192.0.2.4' }),
  },
  { name: 'setTunnelAddress away', run: (service) => service.setTunnelAddress({ destination: '192.0.2.2' }) },
  { name: 'importState', run: (service) => service.importState({ state: imported }) },
  { name: 'importState merges', run: (service) => service.importState({ state: imported, merges: true }) },
];

/** The name of the target of `targetOperations`, which has LUNs 0 and 1. */
export const liveName = 'iqn.2026-11.test:live';

/** Makes the target of `targetOperations` known, and with `isLoggedIn` logged in to at every start. */
export async function fillWithTarget(service: Service, portal: Portal, isLoggedIn: boolean): Promise<void> {
  await service.addStaticTarget({ targetName: liveName, portals: [portal] });
  // The ISID of the session is kept by then, so that nothing but the operation changes anything.
  if (isLoggedIn) await service.login({ targetName: liveName, isPersistent: true });
}

/** Those that wait for a target or for discovery before they make their change, on what `fillWithTarget` makes. */
export const targetOperations: readonly (WritingOperation & { readonly needsSession: boolean })[] = [
  {
    name: 'login',
    needsSession: false,
    run: (service) => service.login({ targetName: liveName, isPersistent: true }),
  },
  {
    name: 'addPersistentLogin',
    needsSession: false,
    run: (service) => service.addPersistentLogin({ targetName: liveName, loginOptions: otherOptions }),
  },
  {
    name: 'addPersistentDevice',
    needsSession: true,
    run: (service) => service.addPersistentDevice({ path: `${liveName}/0` }),
  },
  { name: 'bindPersistentDevices', needsSession: true, run: (service) => service.bindPersistentDevices() },
];
