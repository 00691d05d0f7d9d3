// Requests that nobody should trust, as bytes, to every method and every class of the provider.
//
// HAWSER_SEED and HAWSER_WMI_ROUNDS (requests a method, and a sixth as many a class) make it another run, or a longer one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  decodeStructure,
  encodeStructure,
  type StructureInput,
  type StructureName,
  type WmiClass,
  type WmiMethod,
  wmiClasses,
} from '../../src/wmi/index.ts';
import { enclose, hasPoison, hostileBuffer } from '../support/hostile-buffers.ts';
import { iscsidscFacts } from '../support/iscsidsc-facts.ts';
import { SeededNumbers } from '../support/seeded-numbers.ts';
import { openWmiBench, type WmiBench } from '../support/wmi-bench.ts';
import { plausibleStructure, type SampleStructure, sampleStructure } from '../support/wmi-samples.ts';

const seed = Number(process.env['HAWSER_SEED'] ?? 16);
const rounds = Number(process.env['HAWSER_WMI_ROUNDS'] ?? 24);

/** What a request may end with (ntstatus.h), by the documents of WMI. */
const success = 0;
const refusals = new Map([
  [0xc000000d, 'STATUS_INVALID_PARAMETER'],
  [0xc0000010, 'STATUS_INVALID_DEVICE_REQUEST'],
  [0xc0000023, 'STATUS_BUFFER_TOO_SMALL'],
  [0xc00000bb, 'STATUS_NOT_SUPPORTED'],
  [0xc0000295, 'STATUS_WMI_GUID_NOT_FOUND'],
  [0xc0000296, 'STATUS_WMI_INSTANCE_NOT_FOUND'],
  [0xc0000297, 'STATUS_WMI_ITEMID_NOT_FOUND'],
  [0xc00002c6, 'STATUS_WMI_READ_ONLY'],
]);

const isdscCodes = new Set([success, ...Object.values(iscsidscFacts.codes).map(Number)]);

const adapter = 'Root\\ISCSIPRT\\0000_0';

let bench: WmiBench;
before(async () => {
  bench = await openWmiBench();
});
after(async () => {
  await bench[Symbol.asyncDispose]();
});

/** A buffer that is what the structure says; every other one means something besides. */
function good(name: StructureName, numbers: SeededNumbers): Uint8Array {
  const isPlausible = numbers.below(2) === 0;
  const count = isPlausible ? numbers.pick([0, 1, 4, 12, 16, 24]) : numbers.below(3);
  const value = (isPlausible ? plausibleStructure : sampleStructure)(name, count, numbers.below(0x7fff_ffff));
  const given = isPlausible ? { ...value, ...sensible(name, numbers) } : value;
  return encodeStructure(name, given as unknown as StructureInput<StructureName>);
}

/** Members of logins that make them more than a reason to refuse: nobody is at the address. */
function sensible(name: StructureName, numbers: SeededNumbers): SampleStructure {
  if (name !== 'LoginToTarget_IN' && name !== 'AddConnectionToSession_IN') return {};
  const address = plausibleStructure('ISCSI_IP_Address', 0, numbers.below(0x7fff_ffff));
  const options = plausibleStructure('ISCSI_LoginOptions', 0, numbers.below(0x7fff_ffff));
  const login = {
    SecurityFlags: 0n,
    LoginOptions: { ...options, InformationSpecified: numbers.below(0x100), LoginFlags: numbers.pick([0, 2, 8, 0x20]) },
    TargetPortal: { Address: { ...address, Type: numbers.below(4), TextAddress: '192.0.2.7' }, Socket: 3260 },
    Key: new Uint8Array(),
    PortNumber: 0xffff_ffff,
  };
  if (name === 'AddConnectionToSession_IN') return { ...login, UniqueAdapterId: adapterId() };
  const mappings = { ...plausibleStructure('ISCSI_TargetMapping', 0, 1), LUNList: [] };
  return { ...login, SessionType: numbers.below(3), InitiatorNode: '', Mappings: mappings };
}

function adapterId(): bigint {
  return bench.service.adapters.find(({ name }) => name === adapter)?.adapterId ?? 0n;
}

/** A buffer of the structure, which now and then is good. */
function anyBuffer(name: StructureName, numbers: SeededNumbers): Uint8Array {
  const bytes = good(name, numbers);
  return numbers.below(4) === 0 ? bytes : hostileBuffer(name, bytes, numbers);
}

function assertDocumented(status: number, of: string): void {
  assert.ok(status === success || refusals.has(status), `${of} ended with 0x${status.toString(16)}`);
}

/** What comes out is nothing, or a structure with a documented status, and nothing of the memory beside the input. */
function assertAnswer(method: WmiMethod, { status, output }: { status: number; output: Uint8Array }, of: string): void {
  assertDocumented(status, of);
  assert.equal(hasPoison(output), false, `${of}: memory beside the input came out`);
  if (status !== success) {
    assert.equal(output.length, 0, of);
    return;
  }
  const { Status } = decodeStructure(method.out, output) as unknown as { Status: number };
  assert.ok(isdscCodes.has(Status), `${of} has Status 0x${Status.toString(16)}`);
}

/** One request for a method. */
async function tryMethod(block: WmiClass, method: WmiMethod, numbers: SeededNumbers, round: number): Promise<number> {
  const bytes = method.in === undefined ? numbers.bytes(numbers.below(32)) : anyBuffer(method.in, numbers);
  const enclosed = enclose(bytes, numbers.below(17));
  const instance = numbers.pick([adapter, adapter, adapter, adapter.toLowerCase(), '', 'Root\\ISCSIPRT\\0009_0']);
  const outputLength = numbers.pick([1 << 20, 1 << 20, 1 << 20, 0, 3, 4, 8]);
  const of = `${block.name}.${method.name}, seed ${seed}, round ${round}: ${Buffer.from(bytes).toString('hex').slice(0, 400)}`;
  const answer = await bench.wmi.execute(
    numbers.pick([block.name, `{${block.guid}}`]),
    instance,
    method.methodId,
    enclosed.bytes,
    { outputLength },
  );
  enclosed.assertUntouched();
  assertAnswer(method, answer, of);
  assert.ok(answer.output.length <= outputLength, of);
  return answer.status;
}

const methods = wmiClasses.flatMap((block) => block.methods.map((method) => ({ block, method })));

test('each method ends with a documented status, whatever bytes it is given', async () => {
  assert.equal(methods.length, 27);
  const seen = new Set<number>();
  for (const [index, { block, method }] of methods.entries()) {
    const numbers = new SeededNumbers(seed * 1000 + index);
    for (let round = 0; round < rounds; round++) seen.add(await tryMethod(block, method, numbers, round));
  }
  assert.ok(
    [success, 0xc000000d, 0xc0000023, 0xc0000296].every((status) => seen.has(status)),
    [...seen].map((each) => each.toString(16)).join(),
  );
});

test('each class answers to hostile items and instances with a documented status, and gives what can be decoded', async () => {
  const blocks = [...wmiClasses.map(({ name }) => name), 'MSiSCSI_Nothing', '{00000000-0000-0000-0000-000000000000}'];
  for (const [index, name] of blocks.entries()) {
    const numbers = new SeededNumbers(seed * 2000 + index);
    const block = wmiClasses[index];
    for (let round = 0; round < Math.ceil(rounds / 6); round++) {
      const of = `${name}, seed ${seed}, round ${round}`;
      const structure = block?.structure;
      const bytes = structure === undefined ? numbers.bytes(numbers.below(64)) : anyBuffer(structure, numbers);
      const enclosed = enclose(bytes, numbers.below(17));
      const instances = await bench.wmi.queryAllData(name);
      assertDocumented(instances.status, of);
      const instanceName = numbers.pick([adapter, instances.instances[0]?.instanceName ?? adapter, 'nobody']);
      const dataId = numbers.pick([1, 1 + numbers.below(20), 0, 0xffff_ffff, -1]);
      const set = await bench.wmi.setSingleItem(name, instanceName, dataId, enclosed.bytes);
      assertDocumented(set.status, `${of}: item ${dataId}, ${Buffer.from(bytes).toString('hex').slice(0, 400)}`);
      assertDocumented((await bench.wmi.setSingleInstance(name, instanceName, enclosed.bytes)).status, of);
      enclosed.assertUntouched();
      const bufferLength = numbers.pick([1 << 20, 0, 1, 100]);
      const { status, output } = await bench.wmi.querySingleInstance(name, instanceName, { bufferLength });
      assertDocumented(status, of);
      assert.ok(output.length <= bufferLength && !hasPoison(output), of);
      if (status === success && structure !== undefined) decodeStructure(structure, output);
    }
  }
});

test('method ids that are none end with STATUS_WMI_ITEMID_NOT_FOUND, for each class of methods', async () => {
  for (const { name } of wmiClasses.filter(({ kind }) => kind === 'methods')) {
    for (const id of [0, -1, 9, 1_000_000, 0xffff_ffff, 2 ** 53, Number.NaN, 10.5]) {
      const { status } = await bench.wmi.execute(name, adapter, id, new Uint8Array(4096));
      assert.equal(refusals.get(status), 'STATUS_WMI_ITEMID_NOT_FOUND', `${name} ${id}`);
    }
  }
});

test('after all that, the service and its classes still answer', async () => {
  const { status, instances } = await bench.wmi.queryAllData('MSiSCSI_HBAInformation');
  assert.deepEqual({ status, count: instances.length }, { status: success, count: 2 });
  const [first] = instances;
  assert.ok(first !== undefined);
  assert.equal(decodeStructure('MSiSCSI_HBAInformation', first.data).Status, 0);
});
