// Run as a process of its own by front-door.test.ts: uses a target in the way that it is told, and must then exit.

import { once } from 'node:events';
import { connect, discover, IscsiError } from 'hawser';

const [, , how = '', url = ''] = process.argv;

if (how === 'fail') {
  const error = await connect(url).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof IscsiError)) throw new Error('connect did not fail as it must');
} else if (how === 'given-up') {
  const session = await connect(url, { signal: AbortSignal.timeout(100) }).catch(() => undefined);
  if (session !== undefined) throw new Error('connect did not end by its signal');
} else if (how === 'lost') {
  const session = await connect(url);
  const disk = await session.openDisk();
  const lost = once(session.events, 'suspended');
  const read = disk.read(0, Buffer.alloc(512)).catch(() => undefined);
  await lost;
  await session.close();
  await read;
} else if (how === 'discover') {
  await discover(url);
} else {
  const session = await connect(url);
  const disk = await session.openDisk();
  await disk.write(0, Buffer.alloc(65_536, 1));
  if (how === 'logout') {
    await disk.close();
    await session.logout();
  } else if (how === 'close') {
    await session.close();
  } else if (how === 'abandoned-reads') {
    const signal = AbortSignal.timeout(5);
    await Promise.allSettled(Array.from({ length: 500 }, () => disk.read(0, Buffer.alloc(65_536), { signal })));
    await session.close();
  } else {
    const reads = Promise.allSettled(Array.from({ length: 20 }, () => disk.read(0, Buffer.alloc(65_536))));
    session.destroy();
    await reads;
    await session.closed;
  }
}
