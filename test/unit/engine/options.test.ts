// Engine options: defaults and refusals.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryDriver, tcpDriver, tlsDriver } from '../../../src/engine/index.ts';
import { resolveOptions } from '../../../src/engine/options.ts';

test('every option has a default', () => {
  const { clock, ...rest } = resolveOptions({});
  assert.equal(typeof clock.now(), 'number');
  assert.deepEqual(rest, {
    workerBound: 1024,
    connectTimeoutMs: 15_000,
    closeTimeoutMs: 5_000,
    highWaterMark: 4_194_304,
    publishesCircuits: true,
  });
});

test('a value that cannot be taken is refused by name', () => {
  for (const [argument, value] of [
    ['workerBound', 0],
    ['connectTimeoutMs', -1],
    ['closeTimeoutMs', 0],
    ['highWaterMark', 0.5],
  ] as const) {
    assert.throws(() => resolveOptions({ [argument]: value }), { code: 'ISCSI_BAD_ARGUMENT', argument });
  }
  assert.throws(() => tcpDriver({ receiveBufferLength: 0 }), { argument: 'receiveBufferLength' });
  assert.throws(() => tlsDriver({ keepAliveMs: Number.NaN }), { argument: 'keepAliveMs' });
});

test('the memory transport has no interfaces, and one listener a place', () => {
  const driver = memoryDriver();
  assert.throws(
    () => {
      driver.checkBinding({ interface: 'lo' });
    },
    { code: 'ISCSI_BAD_ARGUMENT' },
  );
  const listener = driver.listen({ host: 'here', port: 1 }, () => ({ received() {} }));
  assert.throws(() => driver.listen({ host: 'here', port: 1 }, () => ({ received() {} })), {
    code: 'ISCSI_BAD_ARGUMENT',
  });
  listener.close();
  driver.listen({ host: 'here', port: 1 }, () => ({ received() {} })).close();
});
