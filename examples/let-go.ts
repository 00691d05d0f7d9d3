// Holders that are asked before a device goes: one refuses while it is busy, the other is told that the device stays.
// Usage: node dist/examples/let-go.js iscsi://HOST[:PORT]/TARGET/LUN
import { connect, DeviceBusyError } from 'hawser';

const [, , url = 'iscsi://127.0.0.1/iqn.2026-11.io.hawser:disk/0'] = process.argv;
const session = await connect(url);

const index = await session.openDisk(undefined, {
  label: 'index',
  onRemoveRequested: async ({ device, reason, answerWithinMs }) => {
    console.log(`index: asked to let go of ${device} (${reason}, ${answerWithinMs} ms)`);
    await index.close();
    return undefined;
  },
  onRemoveCanceled: ({ device }) => {
    console.log(`index: ${device} stays, I may open it again`);
  },
});

let isCopying = true;
const backup = await session.openDisk(undefined, {
  label: 'backup',
  onRemoveRequested: async () => {
    if (isCopying) return { veto: 'a copy is half done' };
    await backup.close();
    return undefined;
  },
});

try {
  await session.logout();
} catch (error) {
  if (!(error instanceof DeviceBusyError)) throw error;
  for (const { device, label, reason } of error.holders) console.log(`refused: ${label} keeps ${device}: ${reason}`);
}

isCopying = false;
const { isClean, unknownWrites } = await session.logout();
console.log(`logged out, clean: ${isClean}, writes in doubt: ${unknownWrites.length}`);
