// Which changes contest each other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Change, ChangesInFlight } from '../../../src/disk/changes-in-flight.ts';

test('changes of the same blocks that are under way together contest each other, whichever began first', () => {
  const changes = new ChangesInFlight();
  const first = changes.begin(0, 1024, false);
  const second = changes.begin(512, 1536, false);
  assert.deepEqual([first.isContested, second.isContested], [true, true]);
});

test('neighbours do not contest each other, and neither does a change that had ended before', () => {
  const changes = new ChangesInFlight();
  const first = changes.begin(0, 512, false);
  const neighbour = changes.begin(512, 1024, false);
  changes.end(first);
  const later = changes.begin(0, 512, false);
  assert.deepEqual([neighbour.isContested, later.isContested], [false, false]);
});

test('a change stays contested when the other one has ended: that one may have been carried out after it', () => {
  const changes = new ChangesInFlight();
  const first = changes.begin(0, 512, false);
  changes.end(changes.begin(0, 512, false));
  assert.equal(first.isContested, true);
});

test('in any order of beginnings and ends, contested is who overlapped with another in blocks and in time', () => {
  const step = fc.record({ start: fc.nat(20), length: fc.integer({ min: 1, max: 6 }), ends: fc.nat(4) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const changes = new ChangesInFlight();
      const live: { change: Change; expected: boolean }[] = [];
      for (const { start, length, ends } of steps) {
        const own = { change: changes.begin(start, start + length, false), expected: false };
        for (const other of live) {
          if (other.change.start >= start + length || start >= other.change.end) continue;
          other.expected = true;
          own.expected = true;
        }
        live.push(own);
        for (let i = 0; i < ends && live.length > 0; i += 1) {
          const [gone] = live.splice((start * 7 + i) % live.length, 1);
          assert.equal(gone!.change.isContested, gone!.expected);
          changes.end(gone!.change);
        }
        for (const each of live) assert.equal(each.change.isContested, each.expected);
      }
    }),
  );
});
