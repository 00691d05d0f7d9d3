// MSIscsiInitiator_SessionClass and what is listed: what they show of the service, and what they ask of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ServiceError } from '../../../../src/base/index.ts';
import type { CimObject } from '../../../../src/wmi/cim/cim-value.ts';
import { type FakeAnswers, makeFakeService } from '../../../support/answering-service.ts';
import { call, initiator, instance, instancesOf } from '../../../support/cim-call.ts';
import {
  disk,
  sampleConnection,
  sampleDevice,
  sampleId,
  samplePersistentLogin,
  samplePortal,
  sampleSession,
} from '../../../support/sample-answers.ts';

const session = sampleSession(1, { connections: [sampleConnection(1), sampleConnection(2, { state: 'lost' })] });
const base: FakeAnswers = {
  sessions: [session],
  session,
  devices: [sampleDevice(3, { osLun: 300, osBusNumber: 1 })],
  initiator,
};
const sessionKey = { SessionId: sampleId(1) };
test('SessionClass shows ISID and TSID as bytes of the wire, connections that are there, and the devices', async () => {
  const { service } = makeFakeService(base);
  const [shown] = await instancesOf(service, 'MSIscsiInitiator_SessionClass');
  assert.deepEqual(
    [shown?.['ISID'], shown?.['TSID']],
    [
      [0x80, 0xa1, 0xa2, 0xa3, 0, 1],
      [0, 7],
    ],
  );
  const connections = shown?.['ConnectionInformation'] as CimObject[];
  assert.deepEqual(
    connections.map(({ values }) => values),
    [
      {
        ConnectionID: sampleId(0x101),
        InitiatorAddress: '192.0.2.1',
        TargetAddress: '192.0.2.10',
        InitiatorPort: 40_001,
        TargetPort: 3260,
        CID: [0, 1],
      },
    ],
  );
  const [device] = shown?.['Devices'] as CimObject[];
  assert.equal(device?.values['DeviceInterfaceName'], `${disk}/3`);
  assert.equal(device.values['DeviceInterfaceGuid'], '{53F56307-B6BF-11D0-94F2-00A0C91EFB8B}');
  // uint8 has no room for the LUN, which the path names all the same.
  assert.deepEqual([device.values['ScsiPathId'], device.values['ScsiLun']], [1, 255]);
});

test('an informational session has no devices, and the service is not asked for any', async () => {
  const { service, calls } = makeFakeService({ sessions: [sampleSession(1, { isInformational: true })] });
  const [shown] = await instancesOf(service, 'MSIscsiInitiator_SessionClass');
  assert.deepEqual([shown?.['Devices'], calls.map(([name]) => name)], [[], ['sessions']]);
});

test('SessionClass.RemoveConnection: one removal at a time, and none from a session that is leaving', async () => {
  const remove = async (changes: Partial<typeof session>): Promise<string> => {
    const { service } = makeFakeService({ ...base, session: { ...session, ...changes }, removeConnection: undefined });
    const input = { UniqueConnectionId: sampleId(0x102) };
    return (await call(service, ['MSIscsiInitiator_SessionClass', 'RemoveConnection'], sessionKey, input))[0];
  };
  assert.equal(await remove({}), 'ERROR_SUCCESS');
  assert.equal(await remove({ state: 'leaving' }), 'ISDSC_SESSION_BUSY');
  const leaving = [sampleConnection(1), sampleConnection(2, { role: 'unusable' })];
  assert.equal(await remove({ connections: leaving }), 'ISDSC_REMOVE_CONNECTION_IN_PROGRESS');
  const lost = [sampleConnection(1), sampleConnection(2, { role: 'unusable', state: 'lost' })];
  assert.equal(await remove({ connections: lost }), 'ERROR_SUCCESS');
});

test('SendScsiInquiry: LUNs from 16384 on are LUN fields, and a refused command gives status and sense data', async () => {
  const answer = { scsiStatus: 2, response: '', sense: Buffer.from([0x70, 0, 5]).toString('base64') };
  const { service, calls } = makeFakeService({ ...base, scsiInquiry: answer });
  const inquiry = ['MSIscsiInitiator_SessionClass', 'SendScsiInquiry'] as const;
  const input = { Lun: 0x4001_0000_0000_0000n, EvpdCmddt: 1, PageCode: 0x83 };
  assert.deepEqual(await call(service, inquiry, sessionKey, input), [
    'ISDSC_SCSI_REQUEST_FAILED',
    { ScsiStatus: 2, ResponseBuffer: [], SenseBuffer: [0x70, 0, 5] },
  ]);
  assert.deepEqual(calls.at(-1), [
    'scsiInquiry',
    { sessionId: sampleId(1), lun: '4001000000000000', evpdCmddt: 1, pageCode: 0x83 },
  ]);
  assert.equal((await call(service, inquiry, sessionKey, { Lun: 0n, EvpdCmddt: 4 }))[0], 'ERROR_INVALID_PARAMETER');
  assert.equal((await call(service, inquiry, sessionKey))[0], 'ERROR_INVALID_PARAMETER');
});

test('sources of discovery are listed and asked again; secrets do not come out', async () => {
  const kept = { ...samplePortal, instance, initiatorPort: 1, loginOptions: { hasPassword: true, authType: 'chap' } };
  const { service, calls } = makeFakeService({
    portals: [kept],
    isnsServers: [{ address: '192.0.2.1:3205', outcome: samplePortal.outcome, isRegistered: true }],
    refreshPortal: () => {
      throw new ServiceError('ISCSI_BAD_TEXT', 'Not a list of targets');
    },
    refreshIsnsServer: undefined,
  });
  const [portal] = await instancesOf(service, 'MSIscsiInitiator_SendTargetPortalClass');
  const { values } = portal?.['LoginOptions'] as CimObject;
  assert.deepEqual([values['InformationSpecified'], values['AuthType'], values['Password']], [0xc0, 1, []]);
  const key = { PortalIdentifierString: `${instance} 1 192.0.2.10 3260` };
  assert.equal(
    (await call(service, ['MSIscsiInitiator_SendTargetPortalClass', 'Refresh'], key))[0],
    'ISDSC_INVALID_SENDTARGETS_TEXT',
  );
  assert.deepEqual(calls.at(-1), ['refreshPortal', { instance, initiatorPort: 1, host: '192.0.2.10', port: 3260 }]);
  const server = { IsnsServerAddress: '192.0.2.1:3205' };
  assert.equal((await call(service, ['MSIscsiInitiator_IsnsServerClass', 'Refresh'], server))[0], 'ERROR_SUCCESS');
  assert.deepEqual(calls.at(-1), ['refreshIsnsServer', { address: '192.0.2.1:3205' }]);
});

test('PersistentLoginClass, PersistentDevices and InitiatorClass list what is kept and who there is', async () => {
  const mapping = { osBusNumber: 1, osTargetNumber: 2, luns: [{ osLun: 3, targetLun: '0005000000000000' }] };
  const { service } = makeFakeService({
    persistentLogins: [{ ...samplePersistentLogin, mapping, instance, portal: { host: '192.0.2.10', port: 3260 } }],
    persistentDevices: [{ path: `${disk}/0`, isPresent: true }],
    initiator,
  });
  const [login] = await instancesOf(service, 'MSIscsiInitiator_PersistentLoginClass');
  assert.deepEqual([login?.['TargetName'], login?.['InitiatorPortNumber']], [disk, 0xffffffff]);
  const { values } = login?.['Mappings'] as CimObject;
  const [lun] = values['LUNList'] as CimObject[];
  assert.deepEqual([values['OSTargetNumber'], lun?.values], [2, { OSLunNumber: 3, TargetLun: 5n }]);
  assert.equal((login?.['TargetPortal'] as CimObject).values['Address'], '192.0.2.10');
  assert.deepEqual(await instancesOf(service, 'MSIscsiInitiator_PersistentDevices'), [{ DevicePath: `${disk}/0` }]);
  assert.deepEqual(await instancesOf(service, 'MSIscsiInitiator_InitiatorClass'), [{ InitiatorName: instance }]);
});

test('an error of the service becomes the return value, and not a mistake of ours nor an abort', async () => {
  const { service } = makeFakeService({
    ...base,
    logout: () => {
      throw new ServiceError('SERVICE_NOT_RUNNING', 'Nobody there');
    },
  });
  const logout = ['MSIscsiInitiator_SessionClass', 'Logout'] as const;
  assert.equal((await call(service, logout, sessionKey))[0], 'ISDSC_SERVICE_NOT_RUNNING');
  const odd = makeFakeService({
    ...base,
    logout: () => {
      throw new RangeError('a mistake');
    },
  });
  await assert.rejects(call(odd.service, logout, sessionKey), RangeError);
  const patience = new AbortController();
  const slow = makeFakeService({
    ...base,
    logout: () => {
      const reason = new ServiceError('SERVICE_STOPPING', 'No patience left');
      patience.abort(reason);
      throw reason;
    },
  });
  await assert.rejects(call(slow.service, logout, sessionKey, {}, patience.signal), { code: 'SERVICE_STOPPING' });
});
