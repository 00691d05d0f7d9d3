// What the service rejects with, and the status that each call makes of it: row by row.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { ErrorCode } from '../../../src/base/index.ts';
import type { Answer, IscsiDsc, StatusName } from '../../../src/iscsidsc/index.ts';
import type { InitiatorService } from '../../../src/service/index.ts';
import { checkedDsc, statusOf } from '../../support/checked-dsc.ts';
import { instanceName, rejects, sessionInfo, targetName } from '../../support/fake-service.ts';

const id = { AdapterUnique: 1n, AdapterSpecific: 2n };
const portal = { Address: '127.0.0.1', Socket: 3260 };

type Call = (...given: readonly unknown[]) => Promise<Answer>;

type Row = readonly [
  name: keyof IscsiDsc,
  given: readonly unknown[],
  method: keyof InitiatorService,
  code: ErrorCode,
  field: string | undefined,
  status: StatusName,
];

/** A call with an instance and a port that may not be there. */
function ofPlace(name: keyof IscsiDsc, method: keyof InitiatorService, ...rest: readonly unknown[]): Row[] {
  const given = [instanceName, 7, ...rest];
  return [
    [name, given, method, 'SERVICE_INSTANCE_UNKNOWN', 'instance', 'ISDSC_INITIATOR_INSTANCE_NOT_FOUND'],
    [name, given, method, 'SERVICE_INSTANCE_UNKNOWN', 'initiatorPort', 'ISDSC_INVALID_PORT_NUMBER'],
  ];
}

const staticTarget = [targetName, null, 0, true];
const connection = [id, null, 7, portal];
const authInfo = { AuthMethod: 1, PsKey: {} };

const rows: readonly Row[] = [
  ...ofPlace('AddIScsiSendTargetPortal', 'addPortal', null, null, portal),
  ...ofPlace('RemoveIScsiSendTargetPortal', 'removePortal', portal),
  ...ofPlace('RefreshIScsiSendTargetPortal', 'refreshPortal', portal),
  ...ofPlace('RemoveIScsiPersistentTarget', 'removePersistentLogin', targetName),
  ...ofPlace('SetIScsiIKEInfo', 'setIkeSettings', authInfo, true),
  ...ofPlace('GetIScsiIKEInfo', 'ikeSettings'),
  ...ofPlace('SetIScsiTunnelModeOuterAddress', 'setTunnelAddress', null, null, true),
  [
    'RemoveIScsiPersistentTarget',
    [null, null, 'x'],
    'removePersistentLogin',
    'SERVICE_BAD_REQUEST',
    'targetName',
    'ISDSC_INVALID_ISCSI_NAME',
  ],
  [
    'RemoveIScsiStaticTarget',
    ['x'],
    'removeStaticTarget',
    'SERVICE_BAD_REQUEST',
    'targetName',
    'ISDSC_INVALID_ISCSI_NAME',
  ],
  [
    'AddIScsiStaticTarget',
    staticTarget,
    'addStaticTarget',
    'SERVICE_BAD_REQUEST',
    'mapping.osBusNumber',
    'ISDSC_INVALID_TARGET_MAPPING',
  ],
  [
    'AddIScsiStaticTarget',
    staticTarget,
    'addStaticTarget',
    'SERVICE_BAD_REQUEST',
    'mapping.osTargetNumber',
    'ISDSC_INVALID_TARGET_ID',
  ],
  [
    'AddIScsiStaticTarget',
    staticTarget,
    'addStaticTarget',
    'SERVICE_MAPPING_TAKEN',
    'mapping',
    'ISDSC_TARGET_MAPPING_UNAVAILABLE',
  ],
  [
    'AddIScsiStaticTarget',
    staticTarget,
    'addStaticTarget',
    'SERVICE_BAD_REQUEST',
    'loginOptions.userName',
    'ISDSC_INVALID_CHAP_USER_NAME',
  ],
  [
    'AddIScsiConnection',
    connection,
    'addConnection',
    'SERVICE_INSTANCE_UNKNOWN',
    'initiatorPort',
    'ISDSC_INVALID_PORT_NUMBER',
  ],
  [
    'AddIScsiConnection',
    connection,
    'addConnection',
    'SERVICE_SERVER_UNKNOWN',
    'loginOptions.loginFlags',
    'ISDSC_TARGET_AUTHINFO_UNAVAILABLE',
  ],
  [
    'LoginIScsiTarget',
    [targetName, false],
    'login',
    'SERVICE_SERVER_UNKNOWN',
    'loginOptions.loginFlags',
    'ISDSC_TARGET_AUTHINFO_UNAVAILABLE',
  ],
  ['LogoutIScsiTarget', [id], 'logout', 'SCSI_CHECK_CONDITION', undefined, 'ISDSC_SCSI_REQUEST_FAILED'],
  ['LogoutIScsiTarget', [id], 'logout', 'ISCSI_LOGOUT_FAILED', undefined, 'ISDSC_TARGET_ERROR'],
  [
    'RemoveIScsiConnection',
    [id, id],
    'removeConnection',
    'ISCSI_SESSION_LOST',
    undefined,
    'ISDSC_NO_CONNECTION_AVAILABLE',
  ],
  ['RemoveIScsiConnection', [id, id], 'removeConnection', 'ISCSI_CONNECTION_LOST', undefined, 'ISDSC_TRANSPORT_ERROR'],
  ['RemoveIScsiConnection', [id, id], 'removeConnection', 'ISCSI_LOGOUT_FAILED', undefined, 'ISDSC_TARGET_ERROR'],
  ['SendScsiInquiry', [id, 0, 0, 0], 'scsiInquiry', 'ISCSI_DRAINING', undefined, 'ISDSC_SESSION_BUSY'],
  ['SendScsiReadCapacity', [id, 0], 'scsiReadCapacity', 'ISCSI_DRAINING', undefined, 'ISDSC_SESSION_BUSY'],
  ['SendScsiReportLuns', [id], 'scsiReportLuns', 'ISCSI_DRAINING', undefined, 'ISDSC_SESSION_BUSY'],
  ['SendScsiReportLuns', [id], 'scsiReportLuns', 'SCSI_TARGET_FAILURE', undefined, 'ISDSC_TARGET_ERROR'],
  ['GetIScsiInitiatorNodeName', [], 'initiator', 'SERVICE_NOT_RUNNING', undefined, 'ISDSC_SERVICE_NOT_RUNNING'],
  ['GetIScsiVersionInformation', [], 'version', 'SERVICE_UNAUTHORIZED', undefined, 'ERROR_ACCESS_DENIED'],
  ['GetIScsiSessionList', [], 'sessions', 'SERVICE_OVERLOADED', undefined, 'ERROR_BUSY'],
  ['GetIScsiSessionListEx', [], 'sessions', 'SERVICE_TIMEOUT', undefined, 'ERROR_TIMEOUT'],
  ['ReportIScsiInitiatorList', [], 'initiator', 'SERVICE_STOPPING', undefined, 'ISDSC_SERVICE_NOT_RUNNING'],
  ['ClearPersistentIScsiDevices', [], 'clearPersistentDevices', 'STORE_FAILED', undefined, 'ERROR_WRITE_FAULT'],
  ['SetupPersistentIScsiDevices', [], 'bindPersistentDevices', 'STORE_CORRUPT', undefined, 'ERROR_FILE_CORRUPT'],
];

suite('what the service rejects with', () => {
  for (const [name, given, method, code, field, status] of rows) {
    test(`${name}: ${code}${field === undefined ? '' : ` of ${field}`} is ${status}`, async () => {
      const { dsc } = checkedDsc({ session: sessionInfo(), [method]: rejects(code, field) });
      const calls = new Map<string, Call>(Object.entries(dsc));
      const answer = calls.get(name)?.(...given);
      assert.ok(answer !== undefined);
      assert.equal(await statusOf(answer), status);
    });
  }
});
