// The codec of the MSiSCSI structures under any value, and under any bytes.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';

import { WmiError } from '../../src/base/index.ts';
import { decodeStructure, encodeStructure, type StructureName, structureNames } from '../../src/wmi/index.ts';
import { anyStructure, membersOf } from '../support/wmi-values.ts';

/** npm test gives the same answer twice; seeds that nobody has seen come by HAWSER_SEED, more runs by HAWSER_RUNS. */
const seed = Number(process.env['HAWSER_SEED'] ?? 2026);
const numRuns = Number(process.env['HAWSER_RUNS'] ?? 20);
/** The limit is for the search of a smaller example, which has no end for values as large as these. */
const parameters = { seed, numRuns, includeErrorInReport: true, interruptAfterTimeLimit: 5_000 };

/** Decodes; undefined for what is refused as bytes must be. Whatever else is thrown fails the test. */
function decoded(name: StructureName, bytes: Uint8Array): unknown {
  try {
    return decodeStructure(name, bytes);
  } catch (error) {
    if (error instanceof WmiError && error.code === 'WMI_BAD_BUFFER') return undefined;
    throw error;
  }
}

/** A buffer that ends where others of the same memory go on. */
function amidOthers(bytes: Uint8Array): Uint8Array {
  const memory = new Uint8Array(bytes.length + 64).fill(0xa5);
  memory.set(bytes, 3);
  return memory.subarray(3, 3 + bytes.length);
}

/** Whether each array of a value has as many elements as its count says. */
function countsHold(name: StructureName, value: unknown): boolean {
  const members = value as Record<string, unknown>;
  return membersOf(name).every(({ name: member, type, count, length }) => {
    const elements = count === undefined ? length : members[count];
    const found = members[member];
    if (elements !== undefined && (found as ArrayLike<unknown>).length !== elements) return false;
    const nested = Array.isArray(found) ? found : [found];
    return !isStructure(type) || nested.every((element) => countsHold(type, element));
  });
}

function isStructure(type: string): type is StructureName {
  return (structureNames as readonly string[]).includes(type);
}

/** Bytes to put over others: those that counts and lengths are likely to be made of. */
const damage = fc.record({
  at: fc.nat(),
  bytes: fc.oneof(
    fc.constantFrom([0xff], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0], [0, 0, 0, 0x80], [1], [1, 0, 0, 0]),
    fc.array(fc.nat(0xff), { minLength: 1, maxLength: 8 }),
  ),
});

function damaged(bytes: Uint8Array, spots: readonly { at: number; bytes: readonly number[] }[]): Uint8Array {
  const copy = bytes.slice();
  for (const spot of spots) {
    if (copy.length > spot.bytes.length) copy.set(spot.bytes, spot.at % (copy.length - spot.bytes.length));
  }
  return copy;
}

suite('MSiSCSI structures', () => {
  test('any value of any of the 99 comes back as it went', () => {
    assert.equal(structureNames.length, 99);
    for (const name of structureNames) {
      const property = fc.property(anyStructure(name), (value) => {
        const bytes = amidOthers(encodeStructure(name, value));
        assert.deepEqual(decodeStructure(name, bytes), value);
      });
      fc.assert(property, parameters);
    }
  });

  test('a buffer that is longer gives the same; one that is shorter is refused, unless all it lacks is padding', () => {
    for (const name of structureNames) {
      const property = fc.property(anyStructure(name), fc.nat(), fc.uint8Array(), (value, cut, more) => {
        const bytes = encodeStructure(name, value);
        const longer = Uint8Array.from([...bytes, ...more.map((byte) => byte | 1)]);
        assert.deepEqual(decodeStructure(name, longer), value);
        const shorter = amidOthers(bytes.subarray(0, cut % bytes.length));
        const rest = decoded(name, shorter);
        // Padding may be missing where nothing follows: before an empty array, and behind an embedded structure.
        if (rest !== undefined) assert.deepEqual(encodeStructure(name, rest as never), bytes);
      });
      fc.assert(property, parameters);
    }
  });

  test('damaged bytes give WMI_BAD_BUFFER or a value whose counts hold, and never a read out of bounds', () => {
    for (const name of structureNames) {
      const spots = fc.array(damage, { minLength: 1, maxLength: 4 });
      const property = fc.property(anyStructure(name), spots, fc.nat(), (value, damages, cut) => {
        const bytes = encodeStructure(name, value);
        for (const length of [bytes.length, cut % (bytes.length + 1)]) {
          const result = decoded(name, amidOthers(damaged(bytes, damages).subarray(0, length)));
          if (result !== undefined) assert.ok(countsHold(name, result));
        }
      });
      fc.assert(property, parameters);
    }
  });
});
