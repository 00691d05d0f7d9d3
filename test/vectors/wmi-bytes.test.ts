// The bytes of structures, against those that a C program has for the same values in memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  decodeStructure,
  encodeStructure,
  type StructureInput,
  type StructureName,
  structureLayout,
} from '../../src/wmi/index.ts';
import { skipWithoutCc } from '../support/c-compiler.ts';
import { type CompiledSample, compiledSamples, loginByHeader } from '../support/wmi-c-program.ts';
import { structureFacts } from '../support/wmi-facts.ts';

/** Variable arrays of one element, as the headers declare them, of none, and of some. */
const counts = [1, 0, 3];

const skip = skipWithoutCc();
const samples: Promise<readonly CompiledSample[]> = skip === false ? compiledSamples(counts) : Promise.resolve([]);

function encoded({ name, value }: CompiledSample): Uint8Array {
  // The facts give the sample the members of the structure.
  return encodeStructure(name as StructureName, value as unknown as StructureInput<StructureName>);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('every structure is encoded to the bytes that a C program has in memory', { skip }, async () => {
  const all = await samples;
  assert.equal(all.length, 99 * counts.length);
  for (const sample of all) {
    const bytes = encoded(sample);
    const of = `${sample.name} with ${sample.count}`;
    assert.equal(hex(bytes), hex(sample.bytes.subarray(0, bytes.length)), of);
    assert.match(hex(sample.bytes.subarray(bytes.length)), /^(00){0,7}$/, `${of}: nothing but padding is left out`);
  }
});

test('a structure of fixed size is encoded up to NAME_SIZE, where its last member ends', { skip }, async () => {
  for (const sample of await samples) {
    const { variable, sizeMacro } = structureFacts(sample.name);
    if (variable) continue;
    assert.equal(encoded(sample).length, sizeMacro ?? sample.end, sample.name);
  }
});

test('a structure that ends with an array is encoded up to the end of its last element', { skip }, async () => {
  for (const sample of await samples) {
    const last = structureFacts(sample.name).members.at(-1);
    if (last?.count === undefined || last.wmi.startsWith('ISCSI_')) continue;
    assert.equal(encoded(sample).length, sample.end, `${sample.name} with ${sample.count}`);
  }
});

test('the bytes of a C program are decoded to the values that were put in, with and without the last padding', {
  skip,
}, async () => {
  for (const sample of await samples) {
    const { name, value, bytes } = sample;
    const of = `${name} with ${sample.count}`;
    assert.deepEqual(decodeStructure(name as StructureName, bytes), value, of);
    assert.deepEqual(decodeStructure(name as StructureName, bytes.subarray(0, encoded(sample).length)), value, of);
  }
});

test('bytes that end within the last member, or before it, are refused', { skip }, async () => {
  for (const sample of await samples) {
    const { name, count } = sample;
    const bytes = encoded(sample);
    // A structure at the end may lack its padding, and an empty array takes nothing.
    const isExact = count > 0 && structureFacts(name).members.at(-1)?.wmi.startsWith('ISCSI_') !== true;
    for (const length of [isExact ? bytes.length - 1 : bytes.length - 8, bytes.length >> 1, 0]) {
      const isWhole = count === 0 && length >= structureLayout(name as StructureName).leastSize;
      if (length < 0 || isWhole) continue;
      const short = bytes.subarray(0, length);
      assert.throws(
        () => decodeStructure(name as StructureName, short),
        { code: 'WMI_BAD_BUFFER' },
        `${name} of ${length}`,
      );
    }
  }
});

test('a login without LUNs is decoded from where the header declares Key, too', { skip }, async () => {
  const { value, bytes } = await loginByHeader();
  assert.equal(hex(bytes.subarray(2528)), hex(Buffer.from('keynamesecret')));
  assert.deepEqual(decodeStructure('LoginToTarget_IN', bytes), value);
});
