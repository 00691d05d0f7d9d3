// Which unflushed writes can be read back, compared with a model that looks at every byte; and how many are kept.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CoveredRanges } from '../../../src/disk/covered-ranges.ts';
import { type LoggedChange, logBound, planReadBack, WriteLog } from '../../../src/disk/write-log.ts';

const size = 24;
const rangeOf = fc.tuple(fc.nat({ max: size - 1 }), fc.integer({ min: 1, max: 8 })).map(([start, length]) => {
  return { start, end: Math.min(size, start + length) };
});

test('covered ranges know the same as a flag a byte', () => {
  fc.assert(
    fc.property(fc.array(rangeOf, { maxLength: 12 }), rangeOf, (added, asked) => {
      const ranges = new CoveredRanges();
      const flags = new Array<boolean>(size).fill(false);
      for (const { start, end } of added) {
        ranges.add(start, end);
        flags.fill(true, start, end);
      }
      const inside = flags.slice(asked.start, asked.end);
      assert.equal(ranges.contains(asked.start, asked.end), !inside.includes(false));
      assert.equal(ranges.overlaps(asked.start, asked.end), inside.includes(true));
    }),
  );
});

const changeOf = fc
  .tuple(fc.constantFrom('written', 'blind', 'stable', 'murky'), rangeOf, fc.nat({ max: 2 }), fc.nat({ max: 2 }))
  .map(([kind, { start, end }, cutStart, cutEnd]) => {
    const own = { start: Math.min(start + cutStart, end), end: Math.max(start, end - cutEnd) };
    return { kind, start, end, own: { ...own, end: Math.max(own.start, own.end) } };
  });

test('what is checked is certain to be unchanged, and what is passed over was overwritten byte by byte', () => {
  fc.assert(
    fc.property(
      fc.array(changeOf, { maxLength: 8 }),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      (made, resets) => {
        let epoch = 0;
        const changes = made.map(({ own, ...rest }, at): LoggedChange => {
          if (resets[at] === true) epoch += 1;
          return { ...rest, checksum: at, own: { ...own, epoch }, epoch };
        });
        const { checkable, uncertain } = planReadBack(changes);
        for (const [at, change] of changes.entries()) {
          const later = changes.slice(at + 1);
          const isHidden = (byte: number): boolean => {
            return later.some(({ kind, start, end, own }) => {
              const whole = own.epoch === change.epoch ? { start, end } : own;
              return kind !== 'murky' && whole.start <= byte && byte < whole.end;
            });
          };
          const bytes = Array.from({ length: change.end - change.start }, (_, index) => change.start + index);
          const isListed = checkable.includes(change) || uncertain.includes(change);
          const counts = change.kind === 'written' || change.kind === 'blind';
          assert.equal(isListed, counts && !bytes.every(isHidden));
          if (!checkable.includes(change)) continue;
          const isTouched = later.some(({ kind, start, end, own }) => {
            const range = kind === 'murky' ? { start, end } : own;
            return range.start < range.end && range.start < change.end && change.start < range.end;
          });
          assert.equal(isTouched, false);
        }
      },
    ),
  );
});

test('a log that has grown too long gives nothing, until all is flushed', () => {
  const log = new WriteLog();
  const data = new Uint8Array(512);
  const facts = (
    start: number,
  ): { start: number; end: number; own: { start: number; end: number; epoch: number }; epoch: number } => ({
    start,
    end: start + 512,
    own: { start, end: start + 512, epoch: 0 },
    epoch: 0,
  });
  for (let at = 0; at <= logBound.changes; at += 1) log.append(facts(at * 512), data);
  assert.ok(log.isEmpty);
  log.append(facts(0), data);
  assert.ok(log.isEmpty);
  log.dropThrough(log.end, false);
  assert.equal(log.take(), undefined);
  log.append(facts(0), data);
  assert.equal(log.take()?.length, 1);
});
