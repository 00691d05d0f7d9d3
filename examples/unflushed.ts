// A target restarts and forgets what its cache held: flush says so, and whoever kept the writes writes them again.
// Brings a target of its own. Usage: node dist/examples/unflushed.js
import { BlockError, connect } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget } from 'hawser/target';

await using target = await listenTarget({
  name: 'iqn.2026-11.io.hawser:unflushed',
  luns: [{ lun: 0, device: createMemoryDevice(1_048_576) }],
  listen: [{ host: '127.0.0.1', port: 0 }],
});
target.inject('volatile-cache');
const [portal = { host: '127.0.0.1', port: 0 }] = target.portals;
const session = await connect(`iscsi://${portal.host}:${portal.port}/${target.name}/0`);
const disk = await session.openDisk(undefined, { label: 'unflushed' });

/** What was written since the last flush that succeeded, in order. Writes and commits take turns here. */
const unflushed: { readonly offset: number; readonly bytes: Buffer }[] = [];

async function write(offset: number, bytes: Buffer): Promise<void> {
  unflushed.push({ offset, bytes });
  await disk.write(offset, bytes);
}

async function commit(): Promise<void> {
  for (;;) {
    try {
      await disk.flush();
      unflushed.length = 0;
      return;
    } catch (error) {
      if (!(error instanceof BlockError && error.code === 'BLOCK_WRITES_LOST')) throw error;
      console.log(`${error.length} bytes at ${error.offset} may be lost; writing again`);
      for (const { offset, bytes } of unflushed) await disk.write(offset, bytes);
    }
  }
}

await write(4096, Buffer.alloc(512, 'safe'));
await commit();
await write(8192, Buffer.alloc(512, 'ahoy'));
await target.reboot();
await commit();

const back = Buffer.alloc(4);
await disk.read(8192, back);
console.log(`read back '${back.toString()}'`);
await disk.close();
await session.logout();
