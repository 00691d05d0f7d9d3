// The service in one's own process: a login that is kept comes back with the next service on the same state directory.
// Brings a target of its own. Usage: node dist/examples/service.js DIRECTORY
import { createMemoryDevice } from 'hawser/block';
import { openService } from 'hawser/service';
import { listenTarget } from 'hawser/target';

const [, , stateDirectory = 'hawser-state'] = process.argv;
await using target = await listenTarget({
  name: 'iqn.2026-11.io.hawser:service',
  luns: [{ lun: 0, device: createMemoryDevice(1_048_576) }],
  listen: [{ host: '127.0.0.1', port: 0 }],
});
const [portal = { host: '127.0.0.1', port: 0 }] = target.portals;

const service = await openService({ stateDirectory });
service.listen(({ type }) => {
  console.log(type);
});
await service.addPortal({ host: portal.host, port: portal.port });
const { sessionId } = await service.login({ targetName: target.name, isPersistent: true });
const disk = await service.openDisk(sessionId, 0, { label: 'example' });
await disk.write(0, Buffer.alloc(512, 'ahoy'));
await disk.close();
await service.close(); // flushes and logs out; what is to be kept is kept

const next = await openService({ stateDirectory });
await next.ready;
const [session] = await next.sessions();
if (session === undefined) throw new Error('The login was not carried out');
const again = await next.openDisk(session.sessionId, 0, { label: 'example' });
const back = Buffer.alloc(4);
await again.read(0, back);
console.log(`after the restart: ${session.targetName}, '${back.toString()}'`);
await again.close();
await next.removePersistentLogin({ targetName: target.name });
await next.removePortal({ host: portal.host, port: portal.port });
await next.close();
