// A logout is refused while somebody holds a disk, and says who; two connections carry the I/O meanwhile.
// Usage: node dist/examples/safe-logout.js iscsi://HOST[:PORT]/TARGET/LUN
import { connect, DeviceBusyError } from 'hawser';

const [, , url = 'iscsi://127.0.0.1/iqn.2026-11.io.hawser:disk/0'] = process.argv;
const session = await connect(`${url}?connections=2`);
const disk = await session.openDisk(undefined, { label: 'backup job' });

try {
  await session.logout();
} catch (error) {
  if (!(error instanceof DeviceBusyError)) throw error;
  for (const { device, label, pid } of error.holders) console.log(`${device} is held by ${label} (pid ${pid})`);
}

await disk.close();
const { isClean } = await session.logout();
console.log(isClean ? 'logged out' : 'the target did not confirm the logout');
