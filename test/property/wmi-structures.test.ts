// Bytes that nobody should trust, decoded as each of the MSiSCSI structures.
//
// HAWSER_SEED and HAWSER_WMI_ROUNDS (buffers a structure) make it another run, or a longer one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WmiError } from '../../src/base/index.ts';
import {
  decodeStructure,
  encodeStructure,
  type StructureInput,
  type StructureName,
  structureNames,
} from '../../src/wmi/index.ts';
import { enclose, hasPoison, hostileBuffer, trustedNumbers } from '../support/hostile-buffers.ts';
import { SeededNumbers } from '../support/seeded-numbers.ts';
import { type SampleStructure, sampleStructure } from '../support/wmi-samples.ts';

const seed = Number(process.env['HAWSER_SEED'] ?? 16);
const rounds = Number(process.env['HAWSER_WMI_ROUNDS'] ?? 60);

function encode(name: StructureName, value: SampleStructure): Uint8Array {
  // The facts give a sample the members of its structure.
  return encodeStructure(name, value as unknown as StructureInput<StructureName>);
}

/** The value, or undefined where the bytes are refused as documented. */
function decode(name: StructureName, bytes: Uint8Array): SampleStructure | undefined {
  try {
    return decodeStructure(name, bytes);
  } catch (error) {
    assert.ok(error instanceof WmiError && error.code === 'WMI_BAD_BUFFER', String(error));
    assert.ok(error.member?.startsWith(name) === true && error.offset !== undefined, `${name}: ${error.message}`);
    return undefined;
  }
}

test('hostile bytes are a value that can be encoded again or WMI_BAD_BUFFER, and nothing beside them is touched', () => {
  const seen = { values: 0, refusals: 0 };
  structureNames.forEach((name, index) => {
    const numbers = new SeededNumbers(seed * 1000 + index);
    for (let round = 0; round < rounds; round++) {
      const good = encode(name, sampleStructure(name, numbers.below(3), seed + round));
      const bytes = hostileBuffer(name, good, numbers);
      const enclosed = enclose(bytes, numbers.below(17));
      const of = `${name}, seed ${seed}, round ${round}: ${Buffer.from(bytes).toString('hex').slice(0, 400)}`;
      const value = decode(name, enclosed.bytes);
      enclosed.assertUntouched();
      seen[value === undefined ? 'refusals' : 'values']++;
      if (value === undefined) continue;
      const again = encode(name, value);
      enclosed.bytes.fill(0xee); // nothing of the value may be in that memory
      assert.deepEqual(encode(name, value), again, of);
      assert.equal(hasPoison(again), false, of);
      assert.deepEqual(decode(name, again), value, of);
    }
  });
  assert.ok(seen.values > structureNames.length && seen.refusals > structureNames.length, JSON.stringify(seen));
});

test('counts of up to 2^32-1 in a short buffer are refused, each of them', () => {
  for (const name of structureNames) {
    const good = encode(name, sampleStructure(name, 1, seed));
    for (const { at, size } of trustedNumbers(name)) {
      const bytes = good.slice();
      bytes.fill(0xff, at, at + size);
      assert.equal(decode(name, bytes), undefined, `${name} with ${size} bytes 0xff at ${at}`);
    }
  }
});
