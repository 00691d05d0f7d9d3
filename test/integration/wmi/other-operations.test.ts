// The other classes of methods: keys for IPsec, targets that were discovered, policies, an adapter's ping.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ipAddressOf, type StructureInput, type StructureValue, textOf } from 'hawser/wmi';
import { addConnection, any, loginToTarget, targetPortal } from '../../support/wmi-inputs.ts';
import { isdsc, openWmiLab, targetName, type WmiLab } from './operations-lab.ts';

const bytes = (value: string): Uint8Array => Buffer.from(value, 'utf8');

suite('MSiSCSI_SecurityConfigOperations', () => {
  const set = async (
    lab: WmiLab,
    given: Partial<StructureInput<'SetPresharedKeyForId_IN'>> = {},
  ): Promise<StructureValue<'SetPresharedKeyForId_OUT'>> =>
    await lab.call('MSiSCSI_SecurityConfigOperations', 'SetPresharedKeyForId', {
      PortNumber: any,
      SecurityFlags: 5n,
      IdType: 2,
      Id: bytes('host.example'),
      Key: bytes('a key'),
      ...given,
    });
  const get = async (lab: WmiLab, IdType: number, Id: Uint8Array, PortNumber = any): Promise<unknown> =>
    await lab.call('MSiSCSI_SecurityConfigOperations', 'GetPresharedKeyForId', { PortNumber, IdType, Id });
  const none = { Status: isdsc('ISDSC_NO_AUTH_INFO_AVAILABLE'), SecurityFlags: 0n };

  test('keeps a key with its identity for all ports or one, and tells that it is there, never what it is', async () => {
    await using lab = await openWmiLab('raw');
    assert.deepEqual(await get(lab, 2, bytes('host.example')), none);
    assert.equal((await set(lab)).Status, 0);
    const there = { Status: 0, SecurityFlags: 5n };
    assert.deepEqual(await get(lab, 2, bytes('host.example')), there);
    assert.deepEqual(await get(lab, 2, bytes('host.example'), 0), there);
    assert.deepEqual(await get(lab, 3, bytes('host.example')), none);
    assert.deepEqual(await get(lab, 2, bytes('other.example')), none);
    const address = Uint8Array.of(192, 0, 2, 1);
    assert.equal((await set(lab, { PortNumber: 0, IdType: 1, Id: address })).Status, 0);
    assert.deepEqual([await get(lab, 1, address, 0), await get(lab, 1, address)], [there, none]);
    const ipv6 = Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert.equal((await set(lab, { PortNumber: 0, IdType: 5, Id: ipv6 })).Status, 0);
    const settings = await lab.lab.service.ikeSettings({ instance: lab.adapterName, initiatorPort: 0 });
    assert.deepEqual(settings.identity, { idType: 5, id: '2001:db8::1' });
    assert.equal(JSON.stringify(await lab.lab.service.exportState()).includes('a key'), false);
  });

  test('refuses identities and keys that are none', async () => {
    await using lab = await openWmiLab('raw');
    const status = async (given: Parameters<typeof set>[1]): Promise<number> => (await set(lab, given)).Status;
    assert.equal(await status({ IdType: 4 }), isdsc('ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED'));
    assert.equal(await status({ IdType: 1 }), isdsc('ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE'));
    assert.equal(await status({ Id: new Uint8Array(256).fill(0x61) }), isdsc('ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE'));
    assert.equal(await status({ Key: new Uint8Array() }), isdsc('ISDSC_INVALID_PARAMETER'));
    assert.equal(await status({ SecurityFlags: 0x60n }), isdsc('ISDSC_INVALID_PARAMETER'));
    assert.equal(await status({ PortNumber: 1000 }), isdsc('ISDSC_INVALID_PORT_NUMBER'));
  });

  test('keeps a group key and tunnel addresses', async () => {
    await using lab = await openWmiLab('raw');
    const group = async (Key: Uint8Array): Promise<number> =>
      (await lab.call('MSiSCSI_SecurityConfigOperations', 'SetGroupPresharedKey', { Key })).Status;
    assert.deepEqual([await group(new Uint8Array()), await group(bytes('key'))], [isdsc('ISDSC_INVALID_PARAMETER'), 0]);
    assert.equal((await lab.lab.service.ikeSettings({})).hasKey, true);
    const tunnel = async (outer: string, PortNumber = any): Promise<number> =>
      (
        await lab.call('MSiSCSI_SecurityConfigOperations', 'SetTunnelModeOuterAddress', {
          PortNumber,
          DestinationAddress: ipAddressOf('192.0.2.7'),
          TunnelModeOuterAddress: ipAddressOf(outer),
        })
      ).Status;
    assert.equal(await tunnel('192.0.2.8'), 0);
    assert.deepEqual(
      (await lab.lab.service.tunnelAddresses()).map(({ destination, outer }) => [destination, outer]),
      [['192.0.2.7', '192.0.2.8']],
    );
    assert.equal(await tunnel('', 1000), isdsc('ISDSC_INVALID_PORT_NUMBER'));
    assert.equal(await tunnel(''), 0);
    assert.deepEqual(await lab.lab.service.tunnelAddresses(), []);
  });

  test('has no cache: what is kept is the service’s, and stays', async () => {
    await using lab = await openWmiLab('raw');
    await set(lab);
    const unsupported = { Status: isdsc('ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED') };
    assert.deepEqual(await lab.call('MSiSCSI_SecurityConfigOperations', 'ClearCache', undefined), unsupported);
    const stamp = { GenerationalGuid: new Uint8Array(16) };
    assert.deepEqual(await lab.call('MSiSCSI_SecurityConfigOperations', 'SetGenerationalGuid', stamp), unsupported);
    assert.equal((await lab.lab.service.ikeSettings({ instance: lab.adapterName })).hasKey, true);
  });
});

suite('MSiSCSI_DiscoveryOperations', () => {
  test('reports the targets that were found with their portals by group, and no static ones', async () => {
    const listen = [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.2', port: 0 },
    ];
    await using lab = await openWmiLab('raw', { listen, portalGroupTag: 3 });
    const { service } = lab.lab;
    const report = async (): Promise<StructureValue<'ReportDiscoveredTargets_OUT'>> =>
      await lab.call('MSiSCSI_DiscoveryOperations', 'ReportDiscoveredTargets', undefined);
    await service.addStaticTarget({ targetName: 'iqn.2026-11.test:static', portals: [lab.target.portal] });
    assert.deepEqual(await report(), { Status: 0, TargetCount: 0, Targets: [] });
    await service.addPortal(lab.target.portal);
    const { Status, Targets } = await report();
    assert.deepEqual([Status, Targets.map(({ TargetName }) => TargetName)], [0, [targetName]]);
    const expected = lab.target.portals.map(({ host, port }) => [host, port]);
    assert.deepEqual(
      Targets[0]?.TargetDiscoveredPortalGroups.map(({ Portals }) =>
        Portals.map(({ Address, Socket }) => [textOf(Address), Socket]),
      ),
      [expected],
    );
    const second = await lab.call('MSiSCSI_DiscoveryOperations', 'ReportDiscoveredTargets2', undefined);
    assert.deepEqual(
      second.Targets[0]?.TargetDiscoveredPortalGroups.map(({ Tag, Portals }) => [
        Tag,
        Portals.map(({ Address, Socket, SecurityBitmap, KeySize }) => [
          textOf(Address),
          Socket,
          SecurityBitmap,
          KeySize,
        ]),
      ]),
      [[3, expected.map((each) => [...each, 0, 0])]],
    );
  });
});

suite('MSiSCSI_LB_Operations', () => {
  type Path = StructureInput<'ISCSI_Path'>;
  const pathOf = (UniqueConnectionId: bigint, given: Partial<Path> = {}): Path => ({
    UniqueConnectionId,
    EstimatedLinkSpeed: 0n,
    PathWeight: 0,
    PrimaryPath: 0,
    ConnectionStatus: 1,
    TCPOffLoadAvailable: 0,
    ...given,
  });

  test('SetLoadBalancePolicy sets each policy, and refuses what its paths do not allow', async () => {
    await using lab = await openWmiLab('raw');
    const { UniqueSessionId, UniqueConnectionId: one } = await lab.operate(
      'LoginToTarget',
      loginToTarget({ TargetName: targetName, TargetPortal: targetPortal(lab.target.portal) }),
    );
    const ids = { UniqueAdapterId: lab.adapter.adapterId, UniqueSessionId };
    const { UniqueConnectionId: two } = await lab.operate('AddConnectionToSession', addConnection(ids));
    const set = async (LoadBalancePolicy: number, paths: readonly Path[], id = UniqueSessionId): Promise<number> => {
      const policies = { UniqueSessionId: id, LoadBalancePolicy, iSCSI_Paths: paths };
      const input = { LoadBalancePolicies: policies };
      return (await lab.call('MSiSCSI_LB_Operations', 'SetLoadBalancePolicy', input)).Status;
    };
    const policy = (): unknown => lab.adapter.loadBalancePolicy(UniqueSessionId);
    const primary = { PrimaryPath: 1 };
    assert.equal(await set(1, [pathOf(one), pathOf(two, primary)]), 0);
    assert.deepEqual(policy(), { kind: 'failOver', preferred: two });
    assert.equal(await set(2, [pathOf(two), pathOf(one)]), 0);
    assert.deepEqual(policy(), { kind: 'roundRobin' });
    assert.equal(await set(3, [pathOf(one, primary), pathOf(two)]), 0);
    assert.deepEqual(policy(), { kind: 'roundRobinWithSubset', preferred: [one] });
    assert.equal(await set(5, [pathOf(one, { PathWeight: 7 }), pathOf(two, { PathWeight: 9 })]), 0);
    assert.deepEqual(policy(), {
      kind: 'weightedPaths',
      weights: new Map([
        [one, 7],
        [two, 9],
      ]),
    });
    assert.equal(await set(4, [pathOf(one), pathOf(two)]), 0);
    const both = [pathOf(one, primary), pathOf(two, primary)];
    const none = [pathOf(one), pathOf(two)];
    const refused: [number, readonly Path[], Parameters<typeof isdsc>[0]][] = [
      [0, none, 'ISDSC_INVALID_LOAD_BALANCE_POLICY'],
      [7, none, 'ISDSC_INVALID_LOAD_BALANCE_POLICY'],
      [6, none, 'ISDSC_LB_POLICY_NOT_SUPPORTED'],
      [1, both, 'ISDSC_MULTIPLE_PRIMARY_PATHS_SPECIFIED'],
      [1, none, 'ISDSC_NO_PRIMARY_PATH_SPECIFIED'],
      [3, none, 'ISDSC_NO_PRIMARY_PATH_SPECIFIED'],
      [2, [pathOf(one)], 'ISDSC_PATH_COUNT_MISMATCH'],
      [2, [pathOf(one), pathOf(one)], 'ISDSC_DUPLICATE_PATH_SPECIFIED'],
      [2, [pathOf(one), pathOf(one + 100n)], 'ISDSC_INVALID_PATH_ID'],
    ];
    for (const [wanted, paths, status] of refused) assert.equal(await set(wanted, paths), isdsc(status), status);
    assert.equal(await set(2, none, 1n), isdsc('ISDSC_INVALID_SESSION_ID'));
    assert.deepEqual(policy(), { kind: 'leastQueueDepth' });
  });
});

suite('MSiSCSI_ManagementOperations', () => {
  test('PingIPAddress is not for a software initiator: its host has a ping', async () => {
    await using lab = await openWmiLab('raw');
    const input = { RequestCount: 4, RequestSize: 32, Timeout: 100, Address: ipAddressOf('127.0.0.1') };
    assert.deepEqual(await lab.call('MSiSCSI_ManagementOperations', 'PingIPAddress', input), {
      Status: isdsc('ISDSC_REQUEST_NOT_SUPPORTED'),
      ResponsesReceived: 0,
    });
  });
});
