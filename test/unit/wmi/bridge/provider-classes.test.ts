// The classes of the driver contract as CIM classes, over a provider whose blocks are a test's.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CimClass, CimParameter } from '../../../../src/wmi/cim/cim-class.ts';
import type { CimRepository } from '../../../../src/wmi/cim/cim-repository.ts';
import type { CimObject, CimValues } from '../../../../src/wmi/cim/cim-value.ts';
import { openCimRepository } from '../../../../src/wmi/open-cim-repository.ts';
import { type Blocks, WmiProvider } from '../../../../src/wmi/provider/index.ts';
import { makeFakeService } from '../../../support/answering-service.ts';
import { structureFacts, wmiFacts } from '../../../support/wmi-facts.ts';

const adapter = 'Root\\ISCSIPRT\\0000_0';
const { signal } = new AbortController();

function open(blocks: Partial<Blocks>): CimRepository {
  const provider = new WmiProvider(blocks);
  return openCimRepository({ service: makeFakeService({}).service, provider });
}

function classOf(repository: CimRepository, name: string): CimClass {
  const found = repository.find('root\\WMI', name);
  assert.ok(found, name);
  return found;
}

/** A type of the facts as CIM has it: an array has no bound there. */
function plain(type: string): string {
  return type.replace(/\[\d*\]$/, '[]');
}

function written({ type, className, isArray }: CimClass['properties'][number] | CimParameter): string {
  return `${className ?? type}${isArray ? '[]' : ''}`;
}

function membersOf(structure: string | undefined): (readonly [string, string])[] {
  return structure === undefined ? [] : structureFacts(structure).members.map(({ name, wmi }) => [name, plain(wmi)]);
}

test('every class of the contract is there, with InstanceName and Active where it has instances, and its own members', () => {
  const repository = open({});
  for (const [name, { kind, structure, methods }] of Object.entries(wmiFacts.classes)) {
    const own = classOf(repository, name);
    const isEmbedded = kind === 'embedded';
    assert.deepEqual([own.isEmbedded, own.isEvent], [isEmbedded, kind === 'event'], name);
    assert.deepEqual(
      own.properties.map((each) => [each.name, written(each)]),
      [
        ...(isEmbedded
          ? []
          : [
              ['InstanceName', 'string'],
              ['Active', 'boolean'],
            ]),
        ...membersOf(structure),
      ],
      name,
    );
    assert.deepEqual(
      own.properties.filter(({ isKey }) => isKey).map((each) => each.name),
      isEmbedded ? [] : ['InstanceName'],
    );
    assert.equal(own.invoke !== undefined, methods.length > 0, name);
    for (const { name: method, in: given, out } of methods) {
      const found = own.methods.find((each) => each.name === method);
      const parameters = (direction: 'isIn' | 'isOut'): unknown[] =>
        (found?.parameters ?? []).filter((each) => each[direction]).map((each) => [each.name, written(each)]);
      assert.deepEqual(
        [parameters('isIn'), parameters('isOut')],
        [membersOf(given), membersOf(out)],
        `${name}.${method}`,
      );
    }
  }
  assert.equal(repository.classes('root/wmi').length, 53 + 17);
});

test('the objects that properties and parameters are of are of classes that there are', () => {
  const repository = open({});
  for (const own of repository.classes('root/wmi')) {
    for (const { className } of [...own.properties, ...own.methods.flatMap(({ parameters }) => parameters)]) {
      if (className !== undefined) assert.equal(classOf(repository, className).isEmbedded, true, className);
    }
  }
});

test('an instance has its members as values: structures are objects, bytes are numbers, 64 bits a bigint', async () => {
  const mapping = {
    OSBus: 0,
    OSTarget: 5,
    UniqueSessionId: 0x4000_0137_0000_0001n,
    TargetName: 'iqn.2026-11.example:disk',
    FromPersistentLogin: false,
    LUNList: [{ OSLUN: 1, TargetLUN: 2n }],
  };
  const value = { UniqueAdapterId: 7n, TargetMappings: [mapping] };
  const block = { className: 'MSiSCSI_TargetMappings', instances: () => [{ instanceName: adapter, value }] };
  const repository = open({ data: [block] } as unknown as Blocks);
  const [instance] = await classOf(repository, 'msiscsi_targetmappings').instances(signal);
  assert.deepEqual([instance?.values['InstanceName'], instance?.values['Active']], [adapter, true]);
  assert.equal(instance?.values['UniqueAdapterId'], 7n);
  const mappings = instance.values['TargetMappings'] as CimObject[];
  assert.equal(mappings[0]?.className, 'ISCSI_TargetMapping');
  assert.equal(mappings[0].values['UniqueSessionId'], 0x4000_0137_0000_0001n);
  assert.deepEqual(mappings[0].values['LUNList'], [
    { className: 'ISCSI_LUNList', values: { TargetLUN: 2n, OSLUN: 1, Reserved: 0 } },
  ]);
});

test('put changes what can be changed, takes the rest as it is, and refuses to change that', async () => {
  let value = sessionConfig;
  const changed: unknown[] = [];
  const block = {
    className: 'MSiSCSI_HBASessionConfig',
    instances: () => [{ instanceName: adapter, value }],
    set: async (instanceName: string, changes: Partial<typeof value>) => {
      changed.push([instanceName, changes]);
      value = { ...value, ...changes };
      await Promise.resolve();
    },
  };
  const own = classOf(open({ data: [block] } as unknown as Blocks), 'MSiSCSI_HBASessionConfig');
  const keys = { InstanceName: adapter.toLowerCase() };
  const put = async (values: CimValues): Promise<CimObject | undefined> => await own.put?.(keys, values, signal);
  const [before] = await own.instances(signal);
  assert.ok(before);
  const after = await put({ ...before.values, MaxBurstLength: 65_536 });
  assert.equal(after?.values['MaxBurstLength'], 65_536);
  assert.deepEqual(changed, [[adapter, { MaxBurstLength: 65_536 }]]);
  await put(after.values);
  assert.equal(changed.length, 1);
  await assert.rejects(put({ Active: false }), { code: 'WMI_READ_ONLY' });
  await assert.rejects(put({ InstanceName: 'other' }), { code: 'WMI_READ_ONLY' });
  await assert.rejects(put({ NoSuch: 1 }), { code: 'WMI_ITEM_NOT_FOUND' });
  await assert.rejects(put({ MaxBurstLength: '65536' }), { code: 'ISCSI_BAD_ARGUMENT' });
  const other = { InstanceName: 'Root\\ISCSIPRT\\0001_0' };
  await assert.rejects(async () => await own.put?.(other, {}, signal), { code: 'WMI_INSTANCE_NOT_FOUND' });
});

const sessionConfig = {
  InitialR2T: false,
  ImmediateData: true,
  MaxRecvDataSegmentLength: 262_144,
  MaxBurstLength: 262_144,
  FirstBurstLength: 65_536,
  MaxOutstandingR2T: 1,
};

/** A block of MSiSCSI_Operations that keeps what it is asked. */
function operations(asked: unknown[]): Partial<Blocks> {
  const method =
    (name: string, out: object) =>
    async (instanceName: string, input: unknown): Promise<object> => {
      asked.push([name, instanceName, input]);
      return await Promise.resolve(out);
    };
  const methods = {
    LogoutFromTarget: method('LogoutFromTarget', { Status: 0xefff0040 }),
    LoginToTarget: method('LoginToTarget', { Status: 0, UniqueSessionId: 1n, UniqueConnectionId: 2n }),
  };
  const block = { className: 'MSiSCSI_Operations', instanceNames: () => [adapter], methods };
  return { methods: [block] } as unknown as Blocks;
}

test('invoke calls the method of the instance; its Status is the return value as well', async () => {
  const asked: unknown[] = [];
  const own = classOf(open(operations(asked)), 'MSiSCSI_Operations');
  const call = async (method: string, keys?: Record<string, string>, input: CimValues = {}): Promise<CimValues> =>
    (await own.invoke?.(method, keys, input, signal)) ?? {};
  assert.deepEqual(
    (await own.instances(signal)).map(({ values }) => values),
    [{ InstanceName: adapter, Active: true }],
  );
  const keys = { InstanceName: adapter };
  assert.deepEqual(await call('logoutfromtarget', keys, { uniquesessionid: 5n }), {
    ReturnValue: 0xefff0040,
    Status: 0xefff0040,
  });
  assert.deepEqual(asked, [['LogoutFromTarget', adapter, { UniqueSessionId: 5n }]]);
  await assert.rejects(call('LogoutFromTarget', keys, { Sid: 5n }), { code: 'WMI_ITEM_NOT_FOUND' });
  await assert.rejects(call('LogoutFromTarget', keys, { UniqueSessionId: '5' }), { code: 'ISCSI_BAD_ARGUMENT' });
  await assert.rejects(call('Logout', keys), { code: 'WMI_METHOD_NOT_FOUND' });
  await assert.rejects(call('LogoutFromTarget', { InstanceName: 'other' }), { code: 'WMI_INSTANCE_NOT_FOUND' });
  assert.equal(asked.length, 1);
});

test('what a method is not given is 0, empty or false, and counts are those of the arrays', async () => {
  const asked: unknown[] = [];
  const own = classOf(open(operations(asked)), 'MSiSCSI_Operations');
  const address = { className: 'ISCSI_IP_Address', values: { Type: 0, TextAddress: '192.0.2.10' } };
  const input = {
    TargetName: 'iqn.2026-11.example:disk',
    UsernameSize: 99,
    Username: [...Buffer.from('joe')],
    TargetPortal: { className: 'ISCSI_TargetPortal', values: { Address: address, Socket: 3260 } },
  };
  const out = await own.invoke?.('LoginToTarget', { InstanceName: adapter }, input, signal);
  assert.deepEqual(out, { ReturnValue: 0, Status: 0, UniqueSessionId: 1n, UniqueConnectionId: 2n });
  const [[, , given]] = asked as [[string, string, Record<string, unknown>]];
  assert.deepEqual(
    [
      given['UsernameSize'],
      given['Username'],
      given['PasswordSize'],
      given['InitiatorAlias'],
      given['PersistentLogin'],
    ],
    [3, new Uint8Array(Buffer.from('joe')), 0, '', false],
  );
  // Neither the first port nor a discovery session.
  assert.deepEqual([given['PortNumber'], given['SessionType']], [0xffffffff, 2]);
  assert.equal((given['TargetPortal'] as { Address: { TextAddress: string } }).Address.TextAddress, '192.0.2.10');
  assert.deepEqual((given['Mappings'] as { LUNList: unknown[] }).LUNList, []);
});

test('an event of the provider is an object of its class; it has no instances to list', async () => {
  let fire: (event: object) => void = () => undefined;
  const block = {
    className: 'MSiSCSI_AdapterEvent',
    start: (given: typeof fire) => {
      fire = given;
      return () => undefined;
    },
  };
  const repository = open({ events: [block] } as unknown as Blocks);
  const heard: unknown[] = [];
  const value = { UniqueAdapterId: 7n, EventCode: 3 };
  const stop = repository.onEvent((namespace, event) => heard.push([namespace, event]));
  fire({ instanceName: adapter, value });
  stop();
  fire({ instanceName: adapter, value });
  assert.equal(heard.length, 1);
  const [[namespace, event]] = heard as [[string, CimObject]];
  assert.deepEqual(
    [namespace, event.className, event.values['InstanceName'], event.values['EventCode']],
    ['root/wmi', 'MSiSCSI_AdapterEvent', adapter, 3],
  );
  const own = classOf(repository, 'MSiSCSI_AdapterEvent');
  assert.deepEqual([own.isEvent, await own.instances(signal)], [true, []]);
});

test('without a provider there are the classes of user mode alone, and no events', () => {
  const repository = openCimRepository({ service: makeFakeService({}).service });
  assert.equal(repository.find('root/wmi', 'MSiSCSI_Operations'), undefined);
  assert.equal(repository.classes('root/wmi').length, 17);
  assert.equal(repository.classes('root/Microsoft/Windows/Storage').length, 4);
  repository.onEvent(() => undefined)();
});
