// A connection is reset before the answer to a write: the write waits for the session, is sent again, and succeeds.
// Brings a target of its own. Usage: node dist/examples/survive.js
import { connect } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget } from 'hawser/target';

await using target = await listenTarget({
  name: 'iqn.2026-11.io.hawser:survive',
  luns: [{ lun: 0, device: createMemoryDevice(1_048_576) }],
  listen: [{ host: '127.0.0.1', port: 0 }],
});
const [portal = { host: '127.0.0.1', port: 0 }] = target.portals;
const session = await connect(`iscsi://${portal.host}:${portal.port}/${target.name}/0?replacement-timeout=30`);

const { events } = session;
events.on('connectionLost', (cid, { code }) => {
  console.log(`connection ${cid}: ${code}`);
});
events.on('suspended', () => {
  console.log('the session is lost; requests wait');
});
events.on('retried', (attempts, { message }) => {
  console.log(`attempt ${attempts} failed: ${message}`);
});
events.on('resumed', (how) => {
  console.log(`the session is back: ${how}`);
});
events.on('gone', () => {
  console.log('not back in 30 s; requests fail now');
});
events.on('closed', ({ how }) => {
  console.log(`over: ${how}`);
});

const disk = await session.openDisk(undefined, { label: 'survive' });
target.inject('reset-connection:opcode=scsi-response');
await disk.write(0, Buffer.alloc(512, 'ahoy'));
await disk.flush();
const back = Buffer.alloc(4);
await disk.read(0, back);
console.log(`read back '${back.toString()}'`);

await disk.close();
await session.logout();
