// Requests for classes, raw and typed, over blocks of the test's own: which status each mistake has, and that both ways of
// asking tell the same.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { deferred, raceAbort, SessionError, WmiError } from '../../../../src/base/index.ts';
import {
  type Blocks,
  type DataBlock,
  decodeStructure,
  type EventBlock,
  encodeStructure,
  ipAddressOf,
  type MethodBlock,
  ntStatus,
  type StructureInput,
  type WmiEvent,
  WmiProvider,
} from '../../../../src/wmi/index.ts';
import type { BlockChanges, FireEvent } from '../../../../src/wmi/provider/index.ts';

const adapter = 'Root\\ISCSIPRT\\0000_0';
const secret = Uint8Array.from([1, 2, 3]);

/** The name of an NTSTATUS code. */
function name(status: number): string {
  return Object.entries(ntStatus).find(([, value]) => value === status)?.[0] ?? String(status);
}

class RadiusBlock implements DataBlock<'MSiSCSI_RADIUSConfig'> {
  readonly className = 'MSiSCSI_RADIUSConfig';
  readonly changes: BlockChanges<'MSiSCSI_RADIUSConfig'>[] = [];
  value: StructureInput<'MSiSCSI_RADIUSConfig'> = {
    UseRADIUSForCHAP: true,
    RADIUSServer: ipAddressOf('192.0.2.1'),
    BackupRADIUSServer: ipAddressOf(''),
    SharedSecret: secret,
  };

  instances(): { instanceName: string; value: StructureInput<'MSiSCSI_RADIUSConfig'> }[] {
    return [{ instanceName: adapter, value: this.value }];
  }

  async set(instanceName: string, changes: BlockChanges<'MSiSCSI_RADIUSConfig'>): Promise<void> {
    assert.equal(instanceName, adapter);
    this.changes.push(changes);
    await Promise.resolve();
  }
}

const discovery: DataBlock<'MSiSCSI_DiscoveryConfig'> = {
  className: 'MSiSCSI_DiscoveryConfig',
  instances: () => [
    {
      instanceName: adapter,
      value: {
        PerformiSNSDiscovery: true,
        PerformSLPDiscovery: false,
        AutomaticiSNSDiscovery: false,
        InitiatorName: '',
        iSNSServer: ipAddressOf(''),
      },
    },
  ],
  set: () => Promise.reject(new WmiError('WMI_NOT_SUPPORTED', 'there is no SLP')),
};

const portals: DataBlock<'MSiSCSI_PortalInfoClass'> = {
  className: 'MSiSCSI_PortalInfoClass',
  instances: async () => await Promise.resolve([{ instanceName: adapter, value: { PortalInformation: [] } }]),
};

/** Answers with what it was given, or when the test says so. */
class Operations {
  readonly calls: unknown[] = [];
  until: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  readonly block: MethodBlock<'MSiSCSI_DiscoveryOperations'> = {
    className: 'MSiSCSI_DiscoveryOperations',
    instanceNames: () => [adapter],
    methods: {
      ReportDiscoveredTargets: async (instanceName, input, signal) => {
        this.calls.push([instanceName, input]);
        await this.until(signal);
        return { Status: 0, Targets: [] };
      },
      ReportDiscoveredTargets2: () => Promise.reject(new SessionError('ISCSI_SESSION_LOST', 'gone')),
    },
  };
}

const ping: MethodBlock<'MSiSCSI_ManagementOperations'> = {
  className: 'MSiSCSI_ManagementOperations',
  instanceNames: () => [adapter],
  methods: {
    PingIPAddress: async (_instanceName, { RequestCount, RequestSize }) =>
      await Promise.resolve({ Status: RequestSize, ResponsesReceived: RequestCount }),
  },
};
const pingInput = { RequestCount: 4, RequestSize: 32, Timeout: 1000, Address: ipAddressOf('192.0.2.9') };

function open(more: Blocks = {}): { provider: WmiProvider; radius: RadiusBlock; operations: Operations } {
  const radius = new RadiusBlock();
  const operations = new Operations();
  const provider = new WmiProvider({
    data: [radius, discovery, portals],
    methods: [operations.block, ping],
    ...more,
  });
  return { provider, radius, operations };
}

const input = encodeStructure('PingIPAddress_IN', pingInput);

suite('a raw request', () => {
  test('finds its class by name or GUID and its instance by name, whatever their case', async () => {
    const { provider } = open();
    const guid = 'b8d765f0-2d93-4da2-8186-a187622b4302';
    for (const block of ['msiscsi_managementoperations', guid, `{${guid.toUpperCase()}}`]) {
      const { status, output } = await provider.execute(block, adapter.toUpperCase(), 10, input);
      assert.equal(status, ntStatus.STATUS_SUCCESS);
      assert.deepEqual(decodeStructure('PingIPAddress_OUT', output), { Status: 32, ResponsesReceived: 4 });
    }
  });

  test('has a status for each thing that is not there', async () => {
    const { provider } = open();
    const management = 'MSiSCSI_ManagementOperations';
    const execute = async (block: string, instance: string, method: number, given: Uint8Array): Promise<unknown[]> => {
      const { status, output } = await provider.execute(block, instance, method, given);
      return [name(status), output.length];
    };
    assert.deepEqual(await execute('MSiSCSI_Nothing', adapter, 10, input), ['STATUS_WMI_GUID_NOT_FOUND', 0]);
    const guid = '{00000000-0000-0000-0000-000000000000}';
    assert.deepEqual(await execute(guid, adapter, 10, input), ['STATUS_WMI_GUID_NOT_FOUND', 0]);
    assert.deepEqual(await execute('ISCSI_Path', adapter, 10, input), ['STATUS_WMI_GUID_NOT_FOUND', 0]);
    assert.deepEqual(await execute(management, 'another', 10, input), ['STATUS_WMI_INSTANCE_NOT_FOUND', 0]);
    assert.deepEqual(await execute(management, adapter, 11, input), ['STATUS_WMI_ITEMID_NOT_FOUND', 0]);
    assert.deepEqual(await execute('MSiSCSI_RADIUSConfig', adapter, 10, input), ['STATUS_WMI_ITEMID_NOT_FOUND', 0]);
    assert.deepEqual(await execute('MSiSCSI_Operations', adapter, 10, input), ['STATUS_NOT_SUPPORTED', 0]);
    assert.deepEqual(await execute(management, adapter, 10, input.subarray(0, 40)), ['STATUS_INVALID_PARAMETER', 0]);
    assert.equal(name((await provider.queryAllData('MSiSCSI_HBAInformation')).status), 'STATUS_NOT_SUPPORTED');
    assert.equal(name((await provider.queryAllData('MSiSCSI_AdapterEvent')).status), 'STATUS_NOT_SUPPORTED');
    const nowhere = await provider.querySingleInstance('MSiSCSI_RADIUSConfig', 'another');
    assert.equal(name(nowhere.status), 'STATUS_WMI_INSTANCE_NOT_FOUND');
  });

  test('whose answer cannot fit is refused before anything is done, with the length that it takes', async () => {
    const { provider, operations } = open();
    const { className } = operations.block;
    const { status, output, neededLength } = await provider.execute(className, adapter, 10, input, { outputLength: 7 });
    assert.deepEqual([name(status), output.length, neededLength], ['STATUS_BUFFER_TOO_SMALL', 0, 8]);
    assert.deepEqual(operations.calls, []);
    const fits = await provider.execute(className, adapter, 10, input, { outputLength: 8 });
    assert.deepEqual([name(fits.status), operations.calls], ['STATUS_SUCCESS', [[adapter, undefined]]]);
    const query = await provider.querySingleInstance('MSiSCSI_RADIUSConfig', adapter, { bufferLength: 100 });
    const { output: whole } = await provider.querySingleInstance('MSiSCSI_RADIUSConfig', adapter);
    assert.deepEqual([name(query.status), query.neededLength], ['STATUS_BUFFER_TOO_SMALL', whole.length]);
  });

  test('for the instances of a class of methods gives their names, without data', async () => {
    const { provider, operations } = open();
    const { status, instances } = await provider.queryAllData(operations.block.className);
    assert.deepEqual(
      [name(status), instances],
      ['STATUS_SUCCESS', [{ instanceName: adapter, data: new Uint8Array() }]],
    );
  });

  test('sets an item by its id, or all that can be set, and no count by itself', async () => {
    const { provider, radius } = open();
    const set = async (dataId: number, data: Uint8Array): Promise<string> =>
      name((await provider.setSingleItem('MSiSCSI_RADIUSConfig', adapter, dataId, data)).status);
    assert.equal(await set(1, Uint8Array.of(0)), 'STATUS_SUCCESS');
    assert.equal(await set(6, Uint8Array.of(7, 8)), 'STATUS_SUCCESS');
    assert.equal(await set(3, encodeStructure('ISCSI_IP_Address', ipAddressOf('::1'))), 'STATUS_SUCCESS');
    assert.deepEqual(radius.changes, [
      { UseRADIUSForCHAP: false },
      { SharedSecret: Uint8Array.of(7, 8) },
      { RADIUSServer: ipAddressOf('::1') },
    ]);
    assert.equal(await set(1, new Uint8Array()), 'STATUS_INVALID_PARAMETER');
    assert.equal(await set(3, new Uint8Array(20)), 'STATUS_INVALID_PARAMETER');
    assert.equal(await set(5, new Uint8Array(4)), 'STATUS_WMI_READ_ONLY');
    assert.equal(await set(7, new Uint8Array(4)), 'STATUS_WMI_ITEMID_NOT_FOUND');
    radius.changes.length = 0;
    const { output } = await provider.querySingleInstance('MSiSCSI_RADIUSConfig', adapter);
    assert.equal(
      name((await provider.setSingleInstance('MSiSCSI_RADIUSConfig', adapter, output)).status),
      'STATUS_SUCCESS',
    );
    assert.deepEqual(radius.changes, [
      {
        UseRADIUSForCHAP: true,
        RADIUSServer: ipAddressOf('192.0.2.1'),
        BackupRADIUSServer: ipAddressOf(''),
        SharedSecret: secret,
      },
    ]);
  });

  test('to set what cannot be set is STATUS_WMI_READ_ONLY; what is settable and not here, STATUS_NOT_SUPPORTED', async () => {
    const { provider } = open();
    const status = async (block: string, data: Uint8Array): Promise<string> =>
      name((await provider.setSingleInstance(block, adapter, data)).status);
    const none = encodeStructure('MSiSCSI_PortalInfoClass', { PortalInformation: [] });
    assert.equal(await status('MSiSCSI_PortalInfoClass', none), 'STATUS_WMI_READ_ONLY');
    assert.equal(await status('MSiSCSI_DiscoveryConfig', new Uint8Array(1200)), 'STATUS_NOT_SUPPORTED');
    assert.equal(await status('MSiSCSI_RADIUSConfig', new Uint8Array(8)), 'STATUS_INVALID_PARAMETER');
    assert.equal(await status('MSiSCSI_HBAInformation', none), 'STATUS_NOT_SUPPORTED');
  });

  test('that fails below is STATUS_UNSUCCESSFUL', async () => {
    const { provider } = open();
    const { status } = await provider.execute('MSiSCSI_DiscoveryOperations', adapter, 11, input);
    assert.equal(name(status), 'STATUS_UNSUCCESSFUL');
  });
});

suite('a typed request', () => {
  test('gives the counts of arrays, which blocks leave out', async () => {
    const { provider } = open();
    const [instance] = await provider.query('MSiSCSI_RADIUSConfig');
    assert.deepEqual(instance, {
      instanceName: adapter,
      value: {
        UseRADIUSForCHAP: true,
        SharedSecretSizeInBytes: 3,
        RADIUSServer: ipAddressOf('192.0.2.1'),
        BackupRADIUSServer: ipAddressOf(''),
        Reserved: 0,
        SharedSecret: secret,
      },
    });
    const answer = await provider.call('MSiSCSI_DiscoveryOperations', 'ReportDiscoveredTargets', adapter, undefined);
    assert.deepEqual(answer, { Status: 0, TargetCount: 0, Targets: [] });
    assert.deepEqual(await provider.call('MSiSCSI_ManagementOperations', 'PingIPAddress', adapter, pingInput), {
      Status: 32,
      ResponsesReceived: 4,
    });
    assert.deepEqual(await provider.instanceNames('MSiSCSI_ManagementOperations'), [adapter]);
    assert.deepEqual(await provider.instanceNames('MSiSCSI_PortalInfoClass'), [adapter]);
  });

  test('throws what the raw one has a status for', async () => {
    const { provider } = open();
    const rejects = async (work: Promise<unknown>, code: string): Promise<void> => {
      await assert.rejects(work, { code });
    };
    await rejects(provider.query('MSiSCSI_HBAInformation'), 'WMI_NOT_SUPPORTED');
    await rejects(provider.query('MSiSCSI_Nothing' as 'MSiSCSI_HBAInformation'), 'WMI_CLASS_NOT_FOUND');
    const pings = async (instanceName: string, given: typeof pingInput): Promise<unknown> =>
      await provider.call('MSiSCSI_ManagementOperations', 'PingIPAddress', instanceName, given);
    await rejects(pings('another', pingInput), 'WMI_INSTANCE_NOT_FOUND');
    await rejects(pings(adapter, { ...pingInput, Timeout: -1 }), 'ISCSI_BAD_ARGUMENT');
    await rejects(provider.set('MSiSCSI_RADIUSConfig', 'another', {}), 'WMI_INSTANCE_NOT_FOUND');
    await rejects(provider.set('MSiSCSI_RADIUSConfig', adapter, { Reserved: 1 }), 'WMI_READ_ONLY');
    await rejects(provider.set('MSiSCSI_PortalInfoClass', adapter, {}), 'WMI_READ_ONLY');
    await rejects(provider.set('MSiSCSI_RADIUSConfig', adapter, { Nothing: 1 } as object), 'ISCSI_BAD_ARGUMENT');
  });

  test('sets what it is given', async () => {
    const { provider, radius } = open();
    await provider.set('MSiSCSI_RADIUSConfig', adapter, { UseRADIUSForCHAP: false });
    assert.deepEqual(radius.changes, [{ UseRADIUSForCHAP: false }]);
  });
});

suite('a provider', () => {
  test('lets a request go when its caller does, with the signal’s reason', async () => {
    const { provider, operations } = open();
    const begun = deferred();
    let isToldBelow = false;
    operations.until = async (signal) => {
      begun.resolve();
      await raceAbort(new Promise(() => undefined), signal).finally(() => {
        isToldBelow = true;
      });
    };
    const end = new AbortController();
    const request = provider.execute(operations.block.className, adapter, 10, input, { signal: end.signal });
    await begun.promise;
    end.abort(new Error('enough'));
    await assert.rejects(request, /enough/);
    assert.equal(isToldBelow, true);
    await assert.rejects(provider.queryAllData('MSiSCSI_RADIUSConfig', { signal: end.signal }), /enough/);
  });

  test('that is closed ends what is under way, takes no more, and tells of no more events', async () => {
    let fire: FireEvent<'MSiSCSI_AdapterEvent'> = () => undefined;
    let isStopped = false;
    const events: EventBlock<'MSiSCSI_AdapterEvent'> = {
      className: 'MSiSCSI_AdapterEvent',
      start: (given) => {
        fire = given;
        return () => {
          isStopped = true;
        };
      },
    };
    const { provider, operations } = open({ events: [events] });
    const told: WmiEvent[] = [];
    const stop = provider.onEvent((event) => told.push(event));
    const event = { instanceName: adapter, value: { UniqueAdapterId: 5n, EventCode: 3 } };
    fire(event);
    assert.deepEqual(told, [{ className: 'MSiSCSI_AdapterEvent', ...event }]);
    stop();
    fire(event);
    assert.equal(told.length, 1);
    operations.until = async () => {
      await new Promise(() => undefined);
    };
    const request = provider.execute(operations.block.className, adapter, 10, input);
    provider.close();
    await assert.rejects(request, { code: 'ISCSI_CLOSED' });
    await assert.rejects(provider.query('MSiSCSI_RADIUSConfig'), { code: 'ISCSI_CLOSED' });
    await assert.rejects(provider.queryAllData('MSiSCSI_RADIUSConfig'), { code: 'ISCSI_CLOSED' });
    assert.equal(isStopped, true);
  });

  test('has one block a class', () => {
    assert.throws(() => new WmiProvider({ data: [portals, portals] }), { code: 'ISCSI_BAD_ARGUMENT' });
  });
});
