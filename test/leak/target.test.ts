// A process that has closed its target exits by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertExits } from '../support/leak-check.ts';

test('after target.close no socket and no timer is left, whatever was under way', async () => {
  const output = await assertExits(new URL('./target-child.js', import.meta.url));
  assert.equal(output, '0 connections, 0 sessions\n');
});
