// Opens a target, logs in and leaves a command, a ping and a half-done login under way, closes all, and says what is left.

import { createMemoryDevice } from '../../src/block/index.ts';
import { listenTarget } from '../../src/target/index.ts';
import { loginRequest, RawInitiator } from '../support/raw-initiator.ts';

const device = createMemoryDevice(1_048_576);
const target = await listenTarget({
  name: 'iqn.2026-01.test:target',
  luns: [{ lun: 0, device }],
  listen: [
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 0 },
  ],
  pingIntervalMs: 60_000,
  hooks: { onCommand: () => ({ kind: 'never' }) },
});
const [first, second] = target.portals;
const initiator = await RawInitiator.loggedIn(first?.port ?? 0);
initiator.command([0x00]);
target.sessions()[0]?.requestLogout({ seconds: 60 });
const stranger = await RawInitiator.connect(second?.port ?? 0);
stranger.send(loginRequest({ isTransit: false, nextStage: 0, isContinue: true }));
await initiator.manage({ function: 99 }).catch(() => undefined);
await target.close();
await device.close();
process.stdout.write(`${target.connectionCount} connections, ${target.sessions().length} sessions\n`);
