// How many nexuses a target remembers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Nexuses } from '../../../src/target/device-server/nexuses.ts';
import { condition } from '../../../src/target/device-server/sense.ts';

test('SAM-5 §6.3.4: of nexuses without a session 1024 are remembered, the others are told of power on again', () => {
  const nexuses = new Nexuses();
  const port = (isid: number): { initiatorName: string; isid: number } => ({ initiatorName: 'iqn.test', isid });
  const staying = nexuses.enter(port(0));
  assert.equal(staying.take(0), condition.anyReset);
  for (let isid = 1; isid <= 1025; isid += 1) {
    assert.equal(nexuses.enter(port(isid)).take(0), condition.anyReset);
    nexuses.lose(port(isid));
  }
  assert.equal(nexuses.enter(port(2)).take(0), condition.nexusLoss);
  assert.equal(nexuses.enter(port(1)).take(0), condition.anyReset, 'the one that was lost first is forgotten');
  assert.equal(nexuses.enter(port(0)), staying, 'one with a session is not');
});
