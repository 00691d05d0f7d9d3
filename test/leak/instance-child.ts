// Run as a process of its own by instance.test.ts: uses an initiator instance in the way that it is told, and must then exit.

import { InitiatorInstance } from 'hawser';
import { nextTurn } from '../../src/base/index.ts';

const [, , how = '', targetName = '', ...ports] = process.argv;
const portals = ports.map((port) => ({ host: '127.0.0.1', port: Number(port) }));
const instance = new InitiatorInstance({ name: 'Root\\ISCSIPRT\\0000_0', nodeName: 'iqn.2026-11.test:leak-instance' });
const order = { targetName, portals, sessionType: 'data', existing: 'add' } as const;

if (how === 'under-way') {
  const login = instance.loginToTarget({ ...order, portals: portals.slice(1) });
  const other = instance.loginToTarget(order);
  const settled = Promise.allSettled([login, other]);
  await nextTurn();
  await instance.close({ logOut: true });
  await settled;
} else {
  const { uniqueSessionId } = await instance.loginToTarget(order);
  await instance.addConnectionToSession(uniqueSessionId);
  for (const portal of portals.slice(0, 1)) await instance.loginForDiscovery({ portal });
  const disk = await instance.session(uniqueSessionId).session.openDisk(0);
  await disk.write(0, Buffer.alloc(65_536, 1));
  await instance.close({ logOut: how === 'log-out' });
}
