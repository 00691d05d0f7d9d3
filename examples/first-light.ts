// Log in to a target, use its disk, leave safely. Usage: node dist/examples/first-light.js iscsi://HOST[:PORT]/TARGET/LUN
import { connect } from 'hawser';

const [, , url = 'iscsi://127.0.0.1/iqn.2026-11.io.hawser:disk/0'] = process.argv;
const session = await connect(url);
const disk = await session.openDisk(undefined, { label: 'first-light' });

await disk.write(4096, Buffer.from('ahoy'));
await disk.flush();
const back = Buffer.alloc(4);
await disk.read(4096, back);
console.log(`${session.targetName}: ${disk.size} bytes, read back '${back.toString()}'`);

await disk.close();
const { isClean } = await session.logout();
console.log(isClean ? 'logged out' : 'the target did not confirm the logout');
