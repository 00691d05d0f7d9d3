// Run as a process of its own by service.test.ts: runs a service in the way that it is told, and must then exit.

import { openService } from 'hawser/service';

const [, , how = '', stateDirectory = '', targetName = '', port = '0'] = process.argv;

const portal = { host: '127.0.0.1', port: Number(port) };
const limits = { connectTimeoutMs: 1000, loginTimeoutMs: 1000, logoutTimeoutMs: 1000 };
const onStop = how === 'leave' ? 'leave' : 'logout';
const service = await openService({ stateDirectory, onStop, sessionDefaults: { limits } });
const reading = (async () => {
  let count = 0;
  for await (const { type } of service.events()) count += type.length;
  return count;
})();
await service.addPortal(portal);
await service.addIsnsServer({ address: 'nobody.invalid' });
await service.addStaticTarget({ targetName: `${targetName}-dead`, portals: [{ host: '127.0.0.1', port: 1 }] });
await service.login({ targetName: `${targetName}-dead`, isPersistent: true }).catch(() => undefined);
const { sessionId } = await service.login({ targetName, isPersistent: true });
await service.holdDevice({ path: `${targetName}/0`, label: 'somebody', leaseMs: 3_600_000 });
const disk = await service.openDisk(sessionId, 0);
await disk.write(0, Buffer.alloc(4096, 1));
const waiting = service.waitForPersistentDevices({ timeoutMs: 3_600_000 }).catch(() => undefined);
await service.close();
await Promise.all([waiting, reading]);
