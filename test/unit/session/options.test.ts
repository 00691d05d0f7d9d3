// Limits of a session: defaults, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits, resolveLimits, type SessionLimits } from '../../../src/session/options.ts';

test('what is left out gets its default, what is given stays', () => {
  assert.deepEqual(resolveLimits(), defaultLimits);
  assert.deepEqual(resolveLimits({ maxTasks: 7 }), { ...defaultLimits, maxTasks: 7 });
});

test('every limit refuses what is no non-negative integer, and names itself', () => {
  for (const name of Object.keys(defaultLimits) as (keyof SessionLimits)[]) {
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => resolveLimits({ [name]: value }), { code: 'ISCSI_BAD_ARGUMENT', argument: name });
    }
  }
});

test('maxTasks is 1 to 65535', () => {
  for (const maxTasks of [0, 65_536]) {
    assert.throws(() => resolveLimits({ maxTasks }), { code: 'ISCSI_BAD_ARGUMENT', argument: 'maxTasks' });
  }
  for (const maxTasks of [1, 65_535]) assert.equal(resolveLimits({ maxTasks }).maxTasks, maxTasks);
});

test('a limit without which a logout or an abort might never end cannot be switched off', () => {
  for (const name of ['abortTimeoutMs', 'logoutTimeoutMs', 'pingTimeoutMs'] as const) {
    assert.throws(() => resolveLimits({ [name]: 0 }), { code: 'ISCSI_BAD_ARGUMENT', argument: name }, name);
  }
});

test('tasks and pings may do without a limit', () => {
  assert.equal(resolveLimits({ taskTimeoutMs: 0, pingIntervalMs: 0 }).taskTimeoutMs, 0);
});
