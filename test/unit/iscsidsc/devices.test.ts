// Devices, raw SCSI commands and what is persistent, over a service that answers from a script.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ScsiError } from '../../../src/base/index.ts';
import type { PersistentLogin } from '../../../src/service/index.ts';
import { checkedDsc, outOf, statusOf } from '../../support/checked-dsc.ts';
import { deviceInfo, instanceName, rejects, sessionId, sessionInfo, targetName } from '../../support/fake-service.ts';

const id = { AdapterUnique: 0x0123456789abcdefn, AdapterSpecific: 0x4000013700000001n };

suite('GetDevicesForIScsiSession', () => {
  const initiator = { instances: [{ instance: 'Root\\ISCSIPRT\\0001_0' }, { instance: instanceName }] };

  test('GetDevicesForIScsiSession: every device with its SCSI address, its kind and its path', async () => {
    const { dsc, asked } = checkedDsc({ session: sessionInfo(), initiator, devices: [deviceInfo()] });
    const { DeviceCount, Devices } = await outOf(dsc.GetDevicesForIScsiSession(id));
    assert.equal(DeviceCount, 1);
    assert.deepEqual(Devices, [
      {
        InitiatorName: instanceName,
        TargetName: targetName,
        ScsiAddress: { Length: 8, PortNumber: 1, PathId: 0, TargetId: 5, Lun: 2 },
        DeviceInterfaceType: '{53F56307-B6BF-11D0-94F2-00A0C91EFB8B}',
        DeviceInterfaceName: `${targetName}/1`,
        LegacyName: '',
        StorageDeviceNumber: { DeviceType: 7, DeviceNumber: 0xffffffff, PartitionNumber: 0xffffffff },
        DeviceInstance: 0,
      },
    ]);
    assert.deepEqual(asked.at(-1)?.input, { sessionId });
  });

  test('GetDevicesForIScsiSession: a device of a kind without a name of the system’s is there as well', async () => {
    const script = { session: sessionInfo(), initiator, devices: [deviceInfo({ deviceType: 0x0d })] };
    const { Devices } = await outOf(checkedDsc(script).dsc.GetDevicesForIScsiSession(id));
    assert.equal(Devices[0]?.DeviceInterfaceType, '{00000000-0000-0000-0000-000000000000}');
  });

  test('GetDevicesForIScsiSession: an informational session has none', async () => {
    const { dsc } = checkedDsc({ session: sessionInfo({ isInformational: true }), initiator });
    assert.deepEqual(await dsc.GetDevicesForIScsiSession(id), { Status: 0, DeviceCount: 0, Devices: [] });
  });

  test('GetDevicesForIScsiSession: an id of no session is ISDSC_INVALID_SESSION_ID', async () => {
    const { dsc } = checkedDsc({ session: rejects('SERVICE_SESSION_UNKNOWN') });
    assert.equal(await statusOf(dsc.GetDevicesForIScsiSession(id)), 'ISDSC_INVALID_SESSION_ID');
  });
});

function base64(...bytes: number[]): string {
  return Buffer.from(bytes).toString('base64');
}

const good = { scsiStatus: 0, response: base64(0, 0, 5, 2, 31), sense: '' };
const refused = { scsiStatus: 2, response: '', sense: base64(0x70, 0, 5, ...Array<number>(17).fill(0)) };

suite('raw SCSI commands', () => {
  test('SendScsiInquiry: page, EVPD, CMDDT and capacity reach the service, and the response comes out', async () => {
    const { dsc, asked } = checkedDsc({ scsiInquiry: good });
    const out = await outOf(dsc.SendScsiInquiry(id, 0, 1, 0x83, 96));
    assert.deepEqual(asked[0]?.input, { sessionId, lun: 0, evpdCmddt: 1, pageCode: 0x83, allocationLength: 96 });
    assert.deepEqual(out, {
      Status: 0,
      ScsiStatus: 0,
      ResponseSize: 5,
      ResponseBuffer: Uint8Array.of(0, 0, 5, 2, 31),
      SenseSize: 18,
      SenseBuffer: new Uint8Array(),
    });
  });

  test('SendScsiInquiry: a LUN is a number below 16384 and a LUN field above', async () => {
    const { dsc, asked } = checkedDsc({ scsiInquiry: good });
    for (const lun of [1n, 0x3fffn, 0x0001000000000000n, 0xc101000000000000n]) await dsc.SendScsiInquiry(id, lun, 0, 0);
    assert.deepEqual(
      asked.map(({ input }) => (input as { lun: unknown }).lun),
      [1, 0x3fff, '0001000000000000', 'c101000000000000'],
    );
  });

  test('SendScsiInquiry: what is neither EVPD nor CMDDT, and a page above 255, is ERROR_INVALID_PARAMETER', async () => {
    const { dsc } = checkedDsc();
    assert.equal(await statusOf(dsc.SendScsiInquiry(id, 0, 4, 0)), 'ERROR_INVALID_PARAMETER');
    assert.equal(await statusOf(dsc.SendScsiInquiry(id, 0, 0, 256)), 'ERROR_INVALID_PARAMETER');
    assert.equal(await statusOf(dsc.SendScsiInquiry(id, 2n ** 64n, 0, 0)), 'ERROR_INVALID_PARAMETER');
  });

  test('SendScsiInquiry: a command that the device refuses is ISDSC_SCSI_REQUEST_FAILED with status and sense data', async () => {
    const answer = await checkedDsc({ scsiInquiry: refused }).dsc.SendScsiInquiry(id, 0, 0, 0);
    assert.deepEqual(
      [answer.Status, answer.ScsiStatus, answer.SenseSize, answer.SenseBuffer?.length, answer.ResponseSize],
      [0xefff001d, 2, 20, 20, 0],
    );
    assert.ok('Cause' in answer && answer.Cause instanceof ScsiError);
    assert.equal(answer.Cause.code, 'SCSI_CHECK_CONDITION');
  });

  test('SendScsiInquiry: sense data is cut to the SenseSize that is given, and its whole length told', async () => {
    const answer = await checkedDsc({ scsiInquiry: refused }).dsc.SendScsiInquiry(id, 0, 0, 0, undefined, 8);
    assert.deepEqual([answer.SenseSize, answer.SenseBuffer?.length], [20, 8]);
  });

  test('SendScsiReadCapacity: session and LUN reach the service; a session that is lost or unknown has its status', async () => {
    const { dsc, asked } = checkedDsc({ scsiReadCapacity: good });
    assert.equal((await outOf(dsc.SendScsiReadCapacity(id, 3))).ResponseSize, 5);
    assert.deepEqual(asked[0]?.input, { sessionId, lun: 3 });
    const lost = checkedDsc({ scsiReadCapacity: rejects('ISCSI_SESSION_LOST') }).dsc;
    assert.equal(await statusOf(lost.SendScsiReadCapacity(id, 3)), 'ISDSC_NO_CONNECTION_AVAILABLE');
    const unknown = checkedDsc({ scsiReadCapacity: rejects('SERVICE_SESSION_UNKNOWN') }).dsc;
    assert.equal(await statusOf(unknown.SendScsiReadCapacity(id, 3)), 'ISDSC_INVALID_SESSION_ID');
  });

  test('SendScsiReadCapacity: a response that does not fit is ERROR_INSUFFICIENT_BUFFER with the length that is needed', async () => {
    const answer = await checkedDsc({ scsiReadCapacity: good }).dsc.SendScsiReadCapacity(id, 0, 4);
    assert.deepEqual([answer.Status, answer.ResponseSize, answer.ResponseBuffer?.length], [122, 5, 0]);
    assert.equal(
      await statusOf(checkedDsc({ scsiReadCapacity: good }).dsc.SendScsiReadCapacity(id, 0, 5)),
      'ERROR_SUCCESS',
    );
  });

  test('SendScsiReportLuns: the session reaches the service and its answer comes out; a reservation is a failure', async () => {
    const { dsc, asked } = checkedDsc({ scsiReportLuns: good });
    assert.deepEqual((await outOf(dsc.SendScsiReportLuns(id))).ResponseBuffer, Uint8Array.of(0, 0, 5, 2, 31));
    assert.deepEqual(asked[0]?.input, { sessionId });
    const conflict = checkedDsc({ scsiReportLuns: { scsiStatus: 0x18, response: '', sense: '' } }).dsc;
    const answer = await conflict.SendScsiReportLuns(id);
    assert.deepEqual([answer.Status, answer.ScsiStatus, answer.SenseSize], [0xefff001d, 0x18, 18]);
  });

  test('SendScsiReportLuns: capacities are of 32 bits', async () => {
    assert.equal(await statusOf(checkedDsc().dsc.SendScsiReportLuns(id, -1)), 'ERROR_INVALID_PARAMETER');
    assert.equal(await statusOf(checkedDsc().dsc.SendScsiReportLuns(id, 0, 2 ** 32)), 'ERROR_INVALID_PARAMETER');
  });
});

const login: PersistentLogin = {
  targetName,
  portal: { host: '127.0.0.1', port: 3260 },
  isInformational: false,
  mapping: { osBusNumber: 0, osTargetNumber: 1, luns: [] },
  loginOptions: { hasPassword: true, authType: 'chap' },
  securityFlags: 0,
  instance: instanceName,
  initiatorPort: 2,
  actual: { state: 'up', sessionId, attempts: 1, nextAttemptAt: undefined, error: undefined },
};

suite('persistent logins', () => {
  test('ReportIScsiPersistentLogins: every login with its place, its portal and its options, without a password', async () => {
    const anywhere = { instance: undefined, initiatorPort: undefined, mapping: undefined, portal: undefined };
    const persistentLogins = [login, { ...login, ...anywhere }];
    const { dsc } = checkedDsc({ persistentLogins });
    const { Count, PersistentLoginInfo } = await outOf(dsc.ReportIScsiPersistentLogins());
    assert.equal(Count, 2);
    const [first, second] = PersistentLoginInfo;
    assert.deepEqual(
      [first?.InitiatorInstance, first?.InitiatorPortNumber, first?.TargetPortal, first?.Mappings?.OSTargetNumber],
      [instanceName, 2, { SymbolicName: '', Address: '127.0.0.1', Socket: 3260 }, 1],
    );
    assert.deepEqual([first?.LoginOptions.InformationSpecified, first?.LoginOptions.Password], [0xc0, '']);
    assert.deepEqual(
      [second?.InitiatorInstance, second?.InitiatorPortNumber, second?.TargetPortal.Address, second?.Mappings],
      ['', 0xffffffff, '', null],
    );
  });

  test('RemoveIScsiPersistentTarget: instance, port, target and portal select; what is null or empty matches all', async () => {
    const { dsc, asked } = checkedDsc({ removePersistentLogin: { removed: 1 } });
    await outOf(dsc.RemoveIScsiPersistentTarget(instanceName, 2, targetName, { Address: '127.0.0.1', Socket: 3260 }));
    await outOf(dsc.RemoveIScsiPersistentTarget('', 0xffffffff, targetName, { Address: '', Socket: 0 }));
    await outOf(dsc.RemoveIScsiPersistentTarget(null, null, targetName));
    assert.deepEqual(
      asked.map(({ input }) => input),
      [
        { instance: instanceName, initiatorPort: 2, targetName, portal: { host: '127.0.0.1', port: 3260 } },
        { targetName },
        { targetName },
      ],
    );
  });

  test('RemoveIScsiPersistentTarget: none that matches is ISDSC_TARGET_NOT_FOUND, a store that fails has its own status', async () => {
    const remove = async (removePersistentLogin: unknown): Promise<string> =>
      await statusOf(checkedDsc({ removePersistentLogin }).dsc.RemoveIScsiPersistentTarget(null, null, targetName));
    assert.equal(await remove(rejects('SERVICE_LOGIN_UNKNOWN')), 'ISDSC_TARGET_NOT_FOUND');
    assert.equal(await remove(rejects('STORE_FAILED')), 'ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA');
  });
});

suite('persistent devices', () => {
  const path = `${targetName}/1`;

  test('SetupPersistentIScsiDevices: every device of a persistent login is bound', async () => {
    const { dsc, asked } = checkedDsc({ bindPersistentDevices: [{ path, isPresent: true }] });
    assert.deepEqual(await dsc.SetupPersistentIScsiDevices(), { Status: 0 });
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['bindPersistentDevices'],
    );
  });

  test('SetupPersistentIScsiVolumes: it is the same', async () => {
    const { dsc, asked } = checkedDsc({ bindPersistentDevices: [] });
    assert.deepEqual(await dsc.SetupPersistentIScsiVolumes(), { Status: 0 });
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['bindPersistentDevices'],
    );
  });

  test('AddPersistentIScsiDevice: the path is bound; each refusal of the page has its status', async () => {
    const add = async (addPersistentDevice: unknown): Promise<string> =>
      await statusOf(checkedDsc({ addPersistentDevice }).dsc.AddPersistentIScsiDevice(path));
    assert.equal(await add({ path, isPresent: true }), 'ERROR_SUCCESS');
    assert.equal(await add(rejects('SERVICE_DEVICE_UNKNOWN')), 'ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT');
    assert.equal(await add(rejects('SERVICE_DEVICE_NOT_PERSISTENT')), 'ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT');
    assert.equal(await add(rejects('SERVICE_DEVICE_BOUND')), 'ISDSC_DEVICE_ALREADY_PERSISTENTLY_BOUND');
  });

  test('RemovePersistentIScsiDevice: the path is let go; one that is not bound is ISDSC_DEVICE_NOT_FOUND', async () => {
    const remove = async (removePersistentDevice: unknown): Promise<string> =>
      await statusOf(checkedDsc({ removePersistentDevice }).dsc.RemovePersistentIScsiDevice(path));
    assert.equal(await remove(undefined), 'ERROR_SUCCESS');
    assert.equal(await remove(rejects('SERVICE_DEVICE_UNKNOWN')), 'ISDSC_DEVICE_NOT_FOUND');
  });

  test('ClearPersistentIScsiDevices: all are let go', async () => {
    const { dsc, asked } = checkedDsc({ clearPersistentDevices: undefined });
    assert.deepEqual(await dsc.ClearPersistentIScsiDevices(), { Status: 0 });
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['clearPersistentDevices'],
    );
  });

  test('ReportPersistentIScsiDevices: the paths of all, there or not', async () => {
    const persistentDevices = [
      { path, isPresent: true },
      { path: `${targetName}/2`, isPresent: false },
    ];
    const { Buffer } = await outOf(checkedDsc({ persistentDevices }).dsc.ReportPersistentIScsiDevices());
    assert.deepEqual(Buffer, [path, `${targetName}/2`]);
  });
});
