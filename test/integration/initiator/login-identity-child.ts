// Run as a process of its own by login-identity.test.ts: logs in to a target, tells its ISID, and stays until it is killed
// or its standard input ends.
// Arguments: HOST PORT TARGET INITIATOR [ISID]

import { once } from 'node:events';
import { Initiator, parseIsid } from 'hawser';

const [, , host = '', port = '', targetName = '', name = '', isid] = process.argv;
const initiator = new Initiator({ name });
const session = await initiator.connect({
  portal: { host, port: Number(port) },
  targetName,
  ...(isid === undefined ? {} : { isid: parseIsid(isid) }),
});
process.stdout.write(`${session.isid}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await initiator.close();
