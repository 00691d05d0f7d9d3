// Bus and target numbers, device paths, and holds with leases.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { DeviceHandle, Holder } from '../../../src/devices/index.ts';
import { Holds } from '../../../src/service/devices/holds.ts';
import { OsNumbers, osLunOf } from '../../../src/service/devices/os-numbers.ts';
import { lunOfField, parseDevicePath } from '../../../src/service/devices/paths.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const mapping = { osBusNumber: 0, osTargetNumber: 1, luns: [{ osLun: 9, targetLun: '0003000000000000' }] };

suite('bus and target numbers', () => {
  test('each session has its own; those of wanted mappings are given to nobody by chance', () => {
    const numbers = new OsNumbers(() => [mapping]);
    assert.deepEqual(numbers.of('a', 'i', 't').address, { osBusNumber: 0, osTargetNumber: 0 });
    assert.deepEqual(numbers.of('b', 'i', 't').address, { osBusNumber: 0, osTargetNumber: 2 });
    assert.deepEqual(numbers.of('c', 'other', 't').address, { osBusNumber: 0, osTargetNumber: 0 });
    assert.deepEqual(numbers.of('a', 'i', 't').address, { osBusNumber: 0, osTargetNumber: 0 });
    numbers.release('a');
    assert.deepEqual(numbers.of('d', 'i', 't').address, { osBusNumber: 0, osTargetNumber: 0 });
  });

  test('a mapping is refused while another session has its numbers', () => {
    const numbers = new OsNumbers(() => []);
    const claim = numbers.claim('i', mapping, 't');
    assert.throws(() => numbers.claim('i', mapping, 'u'), { code: 'SERVICE_MAPPING_TAKEN' });
    numbers.drop(claim);
    numbers.bind(numbers.claim('i', mapping, 'u'), 'a');
    assert.equal(osLunOf(numbers.of('a', 'i', 'u').mapping, 3, lunOfField), 9);
    assert.equal(osLunOf(mapping, 4, lunOfField), 4);
  });

  test('a path is the name, which may have slashes, and the number after the last one', () => {
    assert.deepEqual(parseDevicePath('iqn.2026-11.test:a/b/7'), { targetName: 'iqn.2026-11.test:a/b', lun: 7 });
  });
});

interface Bench {
  readonly clock: FakeClock;
  readonly holds: Holds;
  readonly told: string[];
  readonly closed: string[];
  readonly holders: Holder[];
  readonly take: (path: string, leaseMs?: number) => Promise<string>;
}

function bench(): Bench {
  const clock = new FakeClock();
  const told: string[] = [];
  const closed: string[] = [];
  const holders: Holder[] = [];
  const holds = new Holds(clock, (type) => told.push(type));
  const take = async (path: string, leaseMs?: number): Promise<string> => {
    const close = (): Promise<void> => {
      closed.push(path);
      return Promise.resolve();
    };
    const facts = { path, sessionId: 's', label: 'l', pid: 1, leaseMs };
    const { holdId } = await holds.take(facts, (holder) => {
      holders.push(holder);
      return Promise.resolve({ close } as unknown as DeviceHandle);
    });
    return holdId;
  };
  return { clock, holds, told, closed, holders, take };
}

suite('holds', () => {
  test('a lease ends unless it is renewed', async () => {
    const { clock, holds, told, closed, take } = bench();
    const holdId = await take('a/0', 1000);
    await clock.advance(900);
    holds.renew(holdId, 5000);
    await clock.advance(4999);
    assert.equal(holds.all().length, 1);
    await clock.advance(1);
    assert.deepEqual([holds.all(), closed, told], [[], ['a/0'], ['holdTaken', 'holdExpired']]);
    assert.throws(() => holds.renew(holdId, 1000), { code: 'SERVICE_HOLD_UNKNOWN' });
    await assert.rejects(holds.release(holdId), { code: 'SERVICE_HOLD_UNKNOWN' });
  });

  test('a holder refuses every removal, and its hold is over when the device goes all the same', async () => {
    const { clock, holds, told, closed, holders, take } = bench();
    await take('a/0');
    const request = { device: 'd', lun: 0, reason: 'logout', isForced: false, answerWithinMs: 1 } as const;
    assert.notEqual(await holders[0]?.onRemoveRequested?.(request), undefined);
    assert.equal(holds.all().length, 1);
    assert.notEqual(await holders[0]?.onRemoveRequested?.({ ...request, isForced: true }), undefined);
    // The removal closes the handle itself, so that it is counted among those that lost the device.
    assert.deepEqual([holds.all(), closed, told], [[], [], ['holdTaken', 'holdLost']]);
    await take('b/0', 1000);
    await holders[1]?.onRemoveRequested?.({ ...request, reason: 'gone', isForced: true });
    assert.deepEqual([holds.all(), closed, clock.pendingTimers], [[], ['b/0'], 0]);
  });
});
