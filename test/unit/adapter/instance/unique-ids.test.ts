// Ids of sessions, connections and adapters, and policies that name connections by them.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { toCids, toUniqueIds } from '../../../../src/adapter/instance/load-balance-policy.ts';
import { formatUniqueId, randomAdapterId, UniqueIds } from '../../../../src/adapter/instance/unique-ids.ts';

suite('unique ids', () => {
  test('have 64 bits, look as those of Windows do, and never come twice', () => {
    const ids = new UniqueIds(0x0137);
    assert.deepEqual([ids.next(), ids.next()].map(formatUniqueId), ['4000013700000001', '4000013700000002']);
    const many = new Set(Array.from({ length: 1000 }, () => ids.next()));
    assert.equal(many.size, 1000);
  });

  test('differ from one source to the next', () => {
    const batches = new Set(Array.from({ length: 64 }, () => new UniqueIds().next() >> 32n));
    assert.ok(batches.size > 32);
  });

  test('of adapters are 64 bits by chance and never 0', () => {
    const adapters = new Set(Array.from({ length: 64 }, randomAdapterId));
    assert.equal(adapters.size, 64);
    for (const id of adapters) assert.match(formatUniqueId(id), /^ffff[0-9a-f]{12}$/);
  });
});

suite('policies by unique ids', () => {
  const ids = new Map([
    [1, 101n],
    [3, 103n],
  ]);

  test('become policies by CIDs, and back', () => {
    const all = [
      [{ kind: 'failOver' }, { kind: 'failOver' }],
      [
        { kind: 'failOver', preferred: 103n },
        { kind: 'failOver', preferred: 3 },
      ],
      [{ kind: 'roundRobin' }, { kind: 'roundRobin' }],
      [
        { kind: 'roundRobinWithSubset', preferred: [103n, 101n] },
        { kind: 'roundRobinWithSubset', preferred: [3, 1] },
      ],
      [{ kind: 'leastQueueDepth' }, { kind: 'leastQueueDepth' }],
      [
        { kind: 'weightedPaths', weights: new Map([[103n, 7]]) },
        { kind: 'weightedPaths', weights: new Map([[3, 7]]) },
      ],
    ] as const;
    for (const [byId, byCid] of all) {
      assert.deepEqual(toCids(byId, ids), byCid);
      assert.deepEqual(toUniqueIds(byCid, ids), byId);
    }
  });

  test('name no connection that is not there', () => {
    const refused = { code: 'SERVICE_CONNECTION_UNKNOWN', field: 'connectionId' };
    assert.throws(() => toCids({ kind: 'failOver', preferred: 9n }, ids), refused);
    assert.throws(() => toCids({ kind: 'weightedPaths', weights: new Map([[1n, 1]]) }, ids), refused);
  });

  test('leave out what is no more, and a policy that is a function has no ids', () => {
    assert.deepEqual(toUniqueIds({ kind: 'failOver', preferred: 2 }, ids), { kind: 'failOver' });
    assert.deepEqual(toUniqueIds({ kind: 'roundRobinWithSubset', preferred: [2, 1] }, ids), {
      kind: 'roundRobinWithSubset',
      preferred: [101n],
    });
    assert.equal(
      toUniqueIds(([first]) => first!, ids),
      undefined,
    );
  });
});
