// The calls for targets and for the ways in which they are found, over a service that answers from a script.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  ISCSI_TARGET_FLAGS,
  type IscsiDsc,
  TARGET_INFORMATION_CLASS,
  type TargetInformationClass,
} from '../../../src/iscsidsc/index.ts';
import type { DiscoveryOutcome, KnownTarget, SendTargetsPortal, TargetInstance } from '../../../src/service/index.ts';
import { checkedDsc, outOf, statusOf } from '../../support/checked-dsc.ts';
import { deviceInfo, instanceName, rejects, sessionId, sessionInfo, targetName } from '../../support/fake-service.ts';

const id = { AdapterUnique: 0x0123456789abcdefn, AdapterSpecific: 0x4000013700000001n };
const noId = { AdapterUnique: 0n, AdapterSpecific: 0n };
const fine: DiscoveryOutcome = { at: '2026-11-21T18:00:00.000Z', targetCount: 1, error: undefined };

function failed(code: string): DiscoveryOutcome {
  return { ...fine, targetCount: 0, error: { code, message: 'no' } };
}

const bySendTargets: TargetInstance = {
  mechanism: 'SendTargets:127.0.0.1:3260',
  targetAlias: 'a disk',
  initiatorInstance: '',
  portals: [
    { host: '127.0.0.1', port: 3260, portalGroupTag: 1 },
    { host: '127.0.0.2', port: 3260, portalGroupTag: 1 },
    { host: '127.0.0.3', port: 3261, portalGroupTag: 2 },
  ],
  isHidden: false,
  mapping: undefined,
  loginOptions: { hasPassword: false, headerDigest: 'crc32c' },
};

const byHand: TargetInstance = {
  ...bySendTargets,
  mechanism: 'Static',
  targetAlias: '',
  initiatorInstance: instanceName,
  portals: [
    { host: '127.0.0.1', port: 3260 },
    { host: '127.0.0.9', port: 3260 },
  ],
  isHidden: true,
  mapping: {
    osBusNumber: 1,
    osTargetNumber: 2,
    luns: [
      { osLun: 3, targetLun: '0001000000000000' },
      { osLun: 4, targetLun: '4123000000000000' },
      { osLun: 5, targetLun: 'c101000000000000' },
    ],
  },
};

const target: KnownTarget = { targetName, instances: [bySendTargets, byHand], sessions: [sessionId] };

const portal: SendTargetsPortal = {
  host: '127.0.0.1',
  port: 3260,
  symbolicName: 'rack 1',
  loginOptions: { hasPassword: true, authType: 'chap', userName: 'user' },
  securityFlags: 0x21,
  outcome: fine,
};

const address = { Address: '127.0.0.1', Socket: 3260 };

suite('ReportIScsiTargets', () => {
  test('ReportIScsiTargets: without ForceUpdate the names that are known, and nobody is asked anew', async () => {
    const { dsc, asked } = checkedDsc({ targets: [target] });
    assert.deepEqual(await outOf(dsc.ReportIScsiTargets(false)), { Status: 0, Buffer: [targetName] });
    assert.deepEqual(asked, [{ method: 'targets', input: { refresh: false } }]);
  });

  test('ReportIScsiTargets: with ForceUpdate every source is asked before', async () => {
    const { dsc, asked } = checkedDsc({ targets: [target], portals: [portal], isnsServers: [] });
    assert.deepEqual(await outOf(dsc.ReportIScsiTargets(true)), { Status: 0, Buffer: [targetName] });
    assert.deepEqual(asked[0], { method: 'targets', input: { refresh: true } });
  });

  test('ReportIScsiTargets: a source that fails is the warning ISDSC_OPERATION_NOT_ALL_SUCCESS, and the names are there', async () => {
    const isnsServers = [{ address: 'isns', outcome: failed('ISNS_UNREACHABLE'), isRegistered: false }];
    const answer = await checkedDsc({ targets: [target], portals: [portal], isnsServers }).dsc.ReportIScsiTargets(true);
    assert.deepEqual([answer.Status, answer.Buffer], [0xafff002e, [targetName]]);
  });

  test('ReportIScsiTargets: ForceUpdate is true or false', async () => {
    const one = 1 as unknown as boolean;
    assert.equal(await statusOf(checkedDsc().dsc.ReportIScsiTargets(one)), 'ERROR_INVALID_PARAMETER');
  });
});

suite('static targets', () => {
  test('AddIScsiStaticTarget: flags, mapping, portals and options reach the service', async () => {
    const { dsc, asked } = checkedDsc({ addStaticTarget: target });
    const { ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET } = ISCSI_TARGET_FLAGS;
    const mapping = { OSBusNumber: 0, OSTargetNumber: 7, LUNList: [{ OSLUN: 1, TargetLUN: 0x123n }] };
    const group = { Count: 1, Portals: [{ ...address, SymbolicName: 'x' }] };
    await outOf(
      dsc.AddIScsiStaticTarget(targetName, 'a disk', ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET, false, mapping, {}, group),
    );
    assert.deepEqual(asked[0]?.input, {
      targetName,
      targetAlias: 'a disk',
      isHidden: true,
      merges: false,
      persists: false,
      mapping: { osBusNumber: 0, osTargetNumber: 7, luns: [{ osLun: 1, targetLun: '4123000000000000' }] },
      loginOptions: {},
      portals: [{ host: '127.0.0.1', port: 3260 }],
    });
  });

  test('AddIScsiStaticTarget: merging and persisting are asked for, and what is null is left out', async () => {
    const { dsc, asked } = checkedDsc({ addStaticTarget: target });
    await outOf(dsc.AddIScsiStaticTarget(targetName, null, 4, true, null, null, null));
    assert.deepEqual(asked[0]?.input, { targetName, isHidden: false, merges: true, persists: true });
  });

  test('AddIScsiStaticTarget: a name that is none is ISDSC_INVALID_ISCSI_NAME, a flag that is none ERROR_INVALID_PARAMETER', async () => {
    const { dsc } = checkedDsc({ addStaticTarget: rejects('SERVICE_BAD_REQUEST', 'targetName') });
    assert.equal(await statusOf(dsc.AddIScsiStaticTarget('disk', null, 0, true)), 'ISDSC_INVALID_ISCSI_NAME');
    assert.equal(await statusOf(dsc.AddIScsiStaticTarget(targetName, null, 1, true)), 'ERROR_INVALID_PARAMETER');
    const group = { Count: 2, Portals: [address] };
    const wrongCount = dsc.AddIScsiStaticTarget(targetName, null, 0, true, null, null, group);
    assert.equal(await statusOf(wrongCount), 'ERROR_INVALID_PARAMETER');
  });

  test('RemoveIScsiStaticTarget: the target is taken off, and one that is not there is ISDSC_TARGET_NOT_FOUND', async () => {
    const { dsc, asked } = checkedDsc({ removeStaticTarget: undefined });
    assert.equal(await statusOf(dsc.RemoveIScsiStaticTarget(targetName)), 'ERROR_SUCCESS');
    assert.deepEqual(asked[0]?.input, { targetName });
    const unknown = checkedDsc({ removeStaticTarget: rejects('SERVICE_TARGET_UNKNOWN') }).dsc;
    assert.equal(await statusOf(unknown.RemoveIScsiStaticTarget(targetName)), 'ISDSC_TARGET_NOT_FOUND');
  });
});

/** What a class of information is by one mechanism. */
async function information(InfoClass: TargetInformationClass, mechanism: string | null): Promise<unknown> {
  const persistentLogins = [
    { targetName, instance: instanceName, mapping: { osBusNumber: 0, osTargetNumber: 9, luns: [] } },
    { targetName: 'iqn.2026-11.example:other', mapping: { osBusNumber: 0, osTargetNumber: 8, luns: [] } },
    { targetName, mapping: undefined },
  ];
  const { dsc } = checkedDsc({ targets: [target], persistentLogins });
  return (await outOf(dsc.GetIScsiTargetInformation(targetName, mechanism, InfoClass))).Buffer;
}

suite('GetIScsiTargetInformation', () => {
  test('GetIScsiTargetInformation: DiscoveryMechanisms lists every way in which the target was found', async () => {
    const mechanisms = [bySendTargets.mechanism, byHand.mechanism];
    assert.deepEqual(await information(TARGET_INFORMATION_CLASS.DiscoveryMechanisms, null), mechanisms);
  });

  test('GetIScsiTargetInformation: ProtocolType, TargetAlias, InitiatorName and TargetFlags are those of the mechanism', async () => {
    const { ProtocolType, TargetAlias, InitiatorName, TargetFlags } = TARGET_INFORMATION_CLASS;
    assert.equal(await information(ProtocolType, byHand.mechanism), 0);
    assert.equal(await information(TargetAlias, bySendTargets.mechanism), 'a disk');
    assert.equal(await information(InitiatorName, bySendTargets.mechanism), '');
    assert.equal(await information(InitiatorName, byHand.mechanism), instanceName);
    assert.equal(await information(TargetFlags, bySendTargets.mechanism), 0);
    assert.equal(await information(TargetFlags, byHand.mechanism), 2);
  });

  test('GetIScsiTargetInformation: PortalGroups has a group for each tag', async () => {
    const portalOf = (Address: string, Socket: number): object => ({ SymbolicName: '', Address, Socket });
    assert.deepEqual(await information(TARGET_INFORMATION_CLASS.PortalGroups, bySendTargets.mechanism), [
      { Count: 2, Portals: [portalOf('127.0.0.1', 3260), portalOf('127.0.0.2', 3260)] },
      { Count: 1, Portals: [portalOf('127.0.0.3', 3261)] },
    ]);
  });

  test('GetIScsiTargetInformation: PersistentTargetMappings has those of the static target and of persistent logins', async () => {
    const mapping = { InitiatorName: instanceName, TargetName: targetName, OSDeviceName: '', SessionId: noId };
    assert.deepEqual(await information(TARGET_INFORMATION_CLASS.PersistentTargetMappings, byHand.mechanism), [
      {
        ...mapping,
        OSBusNumber: 1,
        OSTargetNumber: 2,
        LUNCount: 3,
        LUNList: [
          { OSLUN: 3, TargetLUN: 1n },
          { OSLUN: 4, TargetLUN: 0x123n },
          { OSLUN: 5, TargetLUN: 0xc101000000000000n },
        ],
      },
      { ...mapping, OSBusNumber: 0, OSTargetNumber: 9, LUNCount: 0, LUNList: [] },
    ]);
  });

  test('GetIScsiTargetInformation: LoginOptions are those that are kept for the target', async () => {
    const options = (await information(TARGET_INFORMATION_CLASS.LoginOptions, byHand.mechanism)) as object;
    assert.deepEqual(
      Object.entries(options).filter(([name]) => ['InformationSpecified', 'HeaderDigest', 'DataDigest'].includes(name)),
      [
        ['InformationSpecified', 1],
        ['HeaderDigest', 1],
        ['DataDigest', 0],
      ],
    );
  });

  test('GetIScsiTargetInformation: target, mechanism and class that there are not have their statuses', async () => {
    const { dsc } = checkedDsc({ targets: [target] });
    const { TargetAlias } = TARGET_INFORMATION_CLASS;
    const ask = async (...given: Parameters<IscsiDsc['GetIScsiTargetInformation']>): Promise<string> =>
      await statusOf(dsc.GetIScsiTargetInformation(...given));
    assert.equal(await ask('iqn.2026-11.example:none', 'Static', TargetAlias), 'ISDSC_TARGET_NOT_FOUND');
    assert.equal(await ask(targetName, 'iSNS:10.0.0.1', TargetAlias), 'ISDSC_DISCOVERY_MECHANISM_NOT_FOUND');
    assert.equal(await ask(targetName, null, TargetAlias), 'ERROR_INVALID_PARAMETER');
    assert.equal(await ask(targetName, 'Static', 8 as unknown as 7), 'ERROR_INVALID_PARAMETER');
  });

  test('GetIScsiTargetInformation: a hidden target is found by its name, in whatever case', async () => {
    const { dsc, asked } = checkedDsc({ targets: [target] });
    await outOf(
      dsc.GetIScsiTargetInformation(targetName.toUpperCase(), 'Static', TARGET_INFORMATION_CLASS.TargetFlags),
    );
    assert.deepEqual(asked[0]?.input, { includesHidden: true });
  });
});

suite('portals and mappings of targets', () => {
  test('ReportIScsiTargetPortals: every portal once, of the instance and the portal group that are asked for', async () => {
    const { dsc } = checkedDsc({ targets: [target] });
    const hosts = async (instance: string | null, tag: number | null): Promise<string[]> => {
      const { ElementCount, Portals } = await outOf(dsc.ReportIScsiTargetPortals(instance, targetName, tag));
      assert.equal(ElementCount, Portals.length);
      return Portals.map(({ Address }) => Address);
    };
    assert.deepEqual(await hosts(null, null), ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.9']);
    assert.deepEqual(await hosts('Root\\ISCSIPRT\\0001_0', null), ['127.0.0.1', '127.0.0.2', '127.0.0.3']);
    assert.deepEqual(await hosts(null, 2), ['127.0.0.3']);
  });

  test('ReportIScsiTargetPortals: a target that is not known is ISDSC_TARGET_NOT_FOUND', async () => {
    const { dsc } = checkedDsc({ targets: [] });
    assert.equal(await statusOf(dsc.ReportIScsiTargetPortals(null, targetName)), 'ISDSC_TARGET_NOT_FOUND');
  });

  test('ReportActiveIScsiTargetMappings: a mapping a session with devices, with the numbers of each LUN', async () => {
    const devices = [deviceInfo(), deviceInfo({ lun: 300, osLun: 9 })];
    const sessions = [sessionInfo(), sessionInfo({ sessionId: '0123456789abcdef-4000013700000009' })];
    const { dsc } = checkedDsc({ sessions, devices });
    const { MappingCount, Mappings } = await outOf(dsc.ReportActiveIScsiTargetMappings());
    assert.equal(MappingCount, 1);
    assert.deepEqual(Mappings, [
      {
        InitiatorName: instanceName,
        TargetName: targetName,
        OSDeviceName: '',
        SessionId: id,
        OSBusNumber: 0,
        OSTargetNumber: 5,
        LUNCount: 2,
        LUNList: [
          { OSLUN: 2, TargetLUN: 1n },
          { OSLUN: 9, TargetLUN: 300n },
        ],
      },
    ]);
  });
});
