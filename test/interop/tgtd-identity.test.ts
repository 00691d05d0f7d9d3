// Who is who at tgtd: sessions of one initiator name are told apart by their ISIDs, and a login takes the place of what was
// left behind under its own (RFC 7143 §4.4.3, §6.3.5).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Initiator } from 'hawser';
import { eventually } from '../support/eventually.ts';
import { skipWithout } from '../support/peers.ts';
import { exitOf, spawnGuarded } from '../support/run-tool.ts';
import { startStubbornLine } from '../support/stubborn-line.ts';
import { startTgtd, type Tgtd } from '../support/tgtd.ts';

const name = 'iqn.2026-11.hawser.test:identity';
const isid = 0x80a1a2a30001;
const luns = [{ sizeBytes: 1 << 20 }];
const seen = { initiatorName: name, connections: 1 };

async function sessions(tgtd: Tgtd, count: number): Promise<void> {
  await eventually(
    () => tgtd.sessions(),
    (each) => each.length === count && each.every((session) => session.initiatorName === name),
  );
}

suite('tgtd: identity', { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
  test('§6.3.5 a session that was left behind is gone when a login with its ISID is there, and stays without', async () => {
    await using tgtd = await startTgtd({ luns });
    const { targetName } = tgtd;
    await using line = await startStubbornLine(tgtd);
    await using crashed = new Initiator({ name });
    const left = await crashed.connect({ portal: line, targetName, isid });
    line.hold(); // what becomes of it here, tgtd does not hear
    left.destroy();
    await left.closed;
    assert.deepEqual(await tgtd.sessions(), [seen]);
    await using initiator = new Initiator({ name });
    const other = await initiator.connect({ portal: tgtd, targetName });
    assert.deepEqual(await tgtd.sessions(), [seen, seen]);
    const session = await initiator.connect({ portal: tgtd, targetName, isid });
    await sessions(tgtd, 2);
    assert.deepEqual([session.isid, other.isid === isid], [isid, false]);
    await Promise.all([session.logout(), other.logout()]);
    await sessions(tgtd, 0);
  });

  test('one of ours is found, or dropped for another', async () => {
    await using tgtd = await startTgtd({ luns });
    const { targetName } = tgtd;
    await using initiator = new Initiator({ name });
    const wishes = { portal: tgtd, targetName, isid };
    const [one, two] = await Promise.all([
      initiator.connect({ ...wishes, existing: 'find' }),
      initiator.connect({ ...wishes, existing: 'find' }),
    ]);
    assert.equal(one, two);
    assert.deepEqual(await tgtd.sessions(), [seen]);
    const three = await initiator.connect({ ...wishes, existing: 'reinstate' });
    assert.equal((await one.closed).how, 'lost');
    await sessions(tgtd, 1);
    const disk = await three.openDisk(1);
    await disk.write(0, Buffer.alloc(512, 1));
    await disk.close();
    const { isClean } = await three.logout();
    assert.ok(isClean);
    await sessions(tgtd, 0);
  });

  test('§10.1.1 two processes of one name, at once, and a second session in each, do not collide', async () => {
    await using tgtd = await startTgtd({ luns });
    const child = new URL('../integration/initiator/login-identity-child.js', import.meta.url).pathname;
    const args = ['--enable-source-maps', child, tgtd.host, String(tgtd.port), tgtd.targetName, name];
    const children = [1, 2].map(() => spawnGuarded(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] }));
    await sessions(tgtd, 2);
    await using initiator = new Initiator({ name });
    const wishes = { portal: tgtd, targetName: tgtd.targetName };
    await Promise.all([initiator.connect(wishes), initiator.connect(wishes)]);
    await sessions(tgtd, 4);
    for (const each of children) {
      each.stdin!.end();
      await exitOf(each);
    }
    await sessions(tgtd, 2);
    await initiator.close();
    await sessions(tgtd, 0);
  });
});
