// LoginIScsiTarget, LogoutIScsiTarget and the lists of sessions, over a service that answers from a script.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { DeviceBusyError, LoginError } from '../../../src/base/index.ts';
import { ISCSI_ANY_INITIATOR_PORT, ISCSI_LOGIN_FLAGS, type IscsiDsc } from '../../../src/iscsidsc/index.ts';
import { checkedDsc, outOf, statusOf } from '../../support/checked-dsc.ts';
import {
  connectionId,
  connectionInfo,
  instanceName,
  otherConnectionId,
  rejects,
  type Script,
  sessionId,
  sessionInfo,
  targetName,
} from '../../support/fake-service.ts';

const id = { AdapterUnique: 0x0123456789abcdefn, AdapterSpecific: 0x4000013700000001n };
const otherId = { AdapterUnique: 0x0123456789abcdefn, AdapterSpecific: 0x4000013700000002n };
const login = { sessionId, connectionId, wasThere: false };
const { ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED, ISCSI_LOGIN_FLAG_REQUIRE_IPSEC } = ISCSI_LOGIN_FLAGS;

/** What the service is asked for by a login with these arguments. */
async function askedFor(...given: Parameters<IscsiDsc['LoginIScsiTarget']>): Promise<unknown> {
  const { dsc, asked } = checkedDsc({ login });
  await outOf(dsc.LoginIScsiTarget(...given));
  return asked[0]?.input;
}

/** The status of a login that the service rejects so. */
async function refusedBy(script: Script['login']): Promise<string> {
  return await statusOf(checkedDsc({ login: script }).dsc.LoginIScsiTarget(targetName, false));
}

suite('LoginIScsiTarget', () => {
  test('LoginIScsiTarget: the ids of session and connection come out as pairs of 64 bits', async () => {
    const out = await outOf(checkedDsc({ login }).dsc.LoginIScsiTarget(targetName, false));
    assert.deepEqual([out.UniqueSessionId, out.UniqueConnectionId], [id, otherId]);
  });

  test('LoginIScsiTarget: every argument reaches the service, in the order of the header', async () => {
    const input = await askedFor(
      targetName,
      true,
      instanceName,
      3,
      { SymbolicName: '', Address: '[::1]', Socket: 3260 },
      0n,
      { OSBusNumber: 1, OSTargetNumber: 2, LUNCount: 1, LUNList: [{ OSLUN: 4, TargetLUN: 1n }] },
      { InformationSpecified: 0x81, AuthType: 0, HeaderDigest: 1, DataDigest: 1 },
      '',
      false,
    );
    assert.deepEqual(input, {
      targetName,
      isInformational: true,
      instance: instanceName,
      initiatorPort: 3,
      portal: { host: '::1', port: 3260 },
      mapping: { osBusNumber: 1, osTargetNumber: 2, luns: [{ osLun: 4, targetLun: '0001000000000000' }] },
      loginOptions: { authType: 'none', headerDigest: 'crc32c' },
      existing: 'refuse',
    });
  });

  test('LoginIScsiTarget: null and ISCSI_ANY_INITIATOR_PORT leave instance, port and portal to the service', async () => {
    const input = await askedFor(
      targetName,
      false,
      null,
      ISCSI_ANY_INITIATOR_PORT,
      null,
      null,
      null,
      null,
      null,
      false,
    );
    assert.deepEqual(input, { targetName, isInformational: false, existing: 'refuse' });
  });

  test('LoginIScsiTarget: a port without an instance is refused before the service is asked', async () => {
    const { dsc, asked } = checkedDsc();
    assert.equal(await statusOf(dsc.LoginIScsiTarget(targetName, false, null, 0)), 'ERROR_INVALID_PARAMETER');
    assert.deepEqual(asked, []);
  });

  test('LoginIScsiTarget: the multipath flag asks for another session, its absence refuses one', async () => {
    const options = { LoginFlags: ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED };
    const input = await askedFor(targetName, false, null, null, null, null, null, options);
    assert.deepEqual(input, {
      targetName,
      isInformational: false,
      loginOptions: { loginFlags: ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED },
      existing: 'add',
    });
    assert.equal(await refusedBy(rejects('SERVICE_TARGET_LOGGED_IN')), 'ISDSC_TARGET_ALREADY_LOGGED_IN');
  });

  test('LoginIScsiTarget: with IsPersistent the login is kept and a session that is there will do', async () => {
    const input = await askedFor(targetName, false, null, null, null, null, null, null, null, true);
    assert.deepEqual(input, { targetName, isInformational: false, isPersistent: true, existing: 'find' });
    assert.equal(await refusedBy(rejects('STORE_FAILED')), 'ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA');
  });

  test('LoginIScsiTarget: a target that is not known is ISDSC_TARGET_NOT_FOUND, one without portal ISDSC_NO_PORTAL_SPECIFIED', async () => {
    assert.equal(await refusedBy(rejects('SERVICE_TARGET_UNKNOWN')), 'ISDSC_TARGET_NOT_FOUND');
    assert.equal(await refusedBy(rejects('SERVICE_NO_PORTAL')), 'ISDSC_NO_PORTAL_SPECIFIED');
    assert.equal(await refusedBy(rejects('SERVICE_BAD_REQUEST', 'targetName')), 'ISDSC_INVALID_ISCSI_NAME');
  });

  test('LoginIScsiTarget: what the target says in its Login Response is the status of that name', async () => {
    const says = (statusDetail: number) => () => {
      throw new LoginError('ISCSI_LOGIN_REFUSED', 'no', { statusClass: 2, statusDetail });
    };
    assert.equal(await refusedBy(says(1)), 'ISDSC_AUTHENTICATION_FAILURE');
    assert.equal(await refusedBy(says(2)), 'ISDSC_AUTHORIZATION_FAILURE');
    assert.equal(await refusedBy(rejects('ISCSI_AUTH_FAILED')), 'ISDSC_AUTHENTICATION_FAILURE');
    assert.equal(await refusedBy(rejects('ISCSI_CONNECT_FAILED')), 'ISDSC_CONNECTION_FAILED');
  });

  test('LoginIScsiTarget: IPsec is asked for in the service’s words, and its refusal is ISDSC_IPSEC_NOT_SUPPORTED_ON_OS', async () => {
    const options = { LoginFlags: ISCSI_LOGIN_FLAG_REQUIRE_IPSEC };
    const input = await askedFor(targetName, false, null, null, null, 0x23, null, options, Uint8Array.of(1, 255));
    assert.deepEqual(input, {
      targetName,
      isInformational: false,
      securityFlags: 0x23,
      loginOptions: { loginFlags: ISCSI_LOGIN_FLAG_REQUIRE_IPSEC },
      key: { hex: '01ff' },
      existing: 'refuse',
    });
    assert.equal(await refusedBy(rejects('SERVICE_IPSEC_UNAVAILABLE')), 'ISDSC_IPSEC_NOT_SUPPORTED_ON_OS');
  });

  test('LoginIScsiTarget: tunnel with transport mode, and main with aggressive mode, is ERROR_INVALID_PARAMETER', async () => {
    const { dsc } = checkedDsc();
    for (const flags of [0x61, 0x0d, 0x80, -1, 1.5]) {
      assert.equal(
        await statusOf(dsc.LoginIScsiTarget(targetName, false, null, null, null, flags)),
        'ERROR_INVALID_PARAMETER',
        String(flags),
      );
    }
  });

  test('LoginIScsiTarget: instance, port and mapping that there are not have their statuses', async () => {
    assert.equal(await refusedBy(rejects('SERVICE_INSTANCE_UNKNOWN')), 'ISDSC_INITIATOR_INSTANCE_NOT_FOUND');
    assert.equal(await refusedBy(rejects('SERVICE_INSTANCE_UNKNOWN', 'initiatorPort')), 'ISDSC_INVALID_PORT_NUMBER');
    assert.equal(await refusedBy(rejects('SERVICE_MAPPING_TAKEN')), 'ISDSC_TARGET_MAPPING_UNAVAILABLE');
    assert.equal(await refusedBy(rejects('SERVICE_BAD_REQUEST', 'mapping.luns.0')), 'ISDSC_INVALID_TARGET_MAPPING');
    assert.equal(await refusedBy(rejects('SERVICE_BAD_REQUEST', 'mapping.osTargetNumber')), 'ISDSC_INVALID_TARGET_ID');
    assert.equal(await refusedBy(rejects('SERVICE_SECRET_MISSING')), 'ISDSC_TARGET_AUTHINFO_UNAVAILABLE');
  });
});

suite('LogoutIScsiTarget', () => {
  test('LogoutIScsiTarget: the session of the id is logged out, without force', async () => {
    const { dsc, asked } = checkedDsc({ logout: {} });
    assert.deepEqual(await dsc.LogoutIScsiTarget(id), { Status: 0 });
    assert.deepEqual(asked, [{ method: 'logout', input: { sessionId } }]);
  });

  test('LogoutIScsiTarget: a device in use is ISDSC_DEVICE_BUSY_ON_SESSION, and Cause names every holder', async () => {
    const holders = [{ device: 'LUN 0', label: 'backup', pid: 7, reason: 'not now' }];
    const logout = (): never => {
      throw new DeviceBusyError('LUN 0 is in use', { holders });
    };
    const answer = await checkedDsc({ logout }).dsc.LogoutIScsiTarget(id);
    assert.equal(answer.Status, 0xefff0040);
    assert.ok('Cause' in answer && answer.Cause instanceof DeviceBusyError);
    assert.deepEqual(answer.Cause.holders, holders);
  });

  test('LogoutIScsiTarget: an id that is none is ISDSC_INVALID_SESSION_ID, a session at work ISDSC_SESSION_BUSY', async () => {
    const logout = async (script: Script['logout']): Promise<string> =>
      await statusOf(checkedDsc({ logout: script }).dsc.LogoutIScsiTarget(id));
    assert.equal(await logout(rejects('SERVICE_SESSION_UNKNOWN')), 'ISDSC_INVALID_SESSION_ID');
    assert.equal(await logout(rejects('ISCSI_DRAIN_TIMEOUT')), 'ISDSC_SESSION_BUSY');
  });

  test('LogoutIScsiTarget: a target that did not confirm keeps nothing: the status is ERROR_SUCCESS', async () => {
    const logout = { isClean: false, error: { code: 'ISCSI_LOGOUT_TIMEOUT', message: 'late' } };
    assert.equal(await statusOf(checkedDsc({ logout }).dsc.LogoutIScsiTarget(id)), 'ERROR_SUCCESS');
  });
});

suite('the lists of sessions', () => {
  test('GetIScsiSessionList: sessions and connections have the header’s members, ISID, TSID and CID as on the wire', async () => {
    const { SessionCount, SessionInfo } = await outOf(
      checkedDsc({ sessions: [sessionInfo()] }).dsc.GetIScsiSessionList(),
    );
    assert.equal(SessionCount, 1);
    assert.deepEqual(SessionInfo, [
      {
        SessionId: id,
        InitiatorName: 'iqn.2026-11.example:host',
        TargetNodeName: targetName,
        TargetName: targetName,
        ISID: Uint8Array.of(0x80, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5),
        TSID: Uint8Array.of(3, 4),
        ConnectionCount: 1,
        Connections: [
          {
            ConnectionId: otherId,
            InitiatorAddress: '127.0.0.1',
            TargetAddress: '127.0.0.2',
            InitiatorSocket: 40_000,
            TargetSocket: 3260,
            CID: Uint8Array.of(1, 2),
          },
        ],
      },
    ]);
  });

  test('GetIScsiSessionList: a session between reconnects keeps its id and has ConnectionCount 0', async () => {
    const lost = sessionInfo({
      state: 'lost',
      connections: [connectionInfo({ state: 'lost', initiatorAddress: undefined })],
    });
    const { SessionInfo } = await outOf(checkedDsc({ sessions: [lost] }).dsc.GetIScsiSessionList());
    assert.deepEqual(
      SessionInfo.map(({ SessionId, ConnectionCount, Connections }) => [SessionId, ConnectionCount, Connections]),
      [[id, 0, []]],
    );
  });

  test('GetIScsiSessionListEx: what was agreed is there, and every connection with its state', async () => {
    const connections = [
      connectionInfo(),
      connectionInfo({ connectionId: otherConnectionId, state: 'lost', headerDigest: false, dataDigest: true }),
      connectionInfo({ state: 'inLogout' }),
    ];
    const { dsc } = checkedDsc({ sessions: [sessionInfo({ connections })] });
    const { SessionCountPtr, SessionInfo } = await outOf(dsc.GetIScsiSessionListEx());
    assert.equal(SessionCountPtr, 1);
    const [first] = SessionInfo;
    assert.ok(first !== undefined);
    assert.deepEqual(
      {
        ...first,
        Connections: first.Connections.map(({ State, HeaderDigest, DataDigest }) => [State, HeaderDigest, DataDigest]),
      },
      {
        SessionId: id,
        InitialR2t: false,
        ImmediateData: true,
        Type: 2,
        DataSequenceInOrder: false,
        DataPduInOrder: true,
        ErrorRecoveryLevel: 1,
        MaxOutstandingR2t: 4,
        FirstBurstLength: 65_536,
        MaxBurstLength: 1_048_576,
        MaximumConnections: 8,
        ConnectionCount: 3,
        Connections: [
          [1, 1, 0],
          [0, 0, 1],
          [2, 1, 0],
        ],
      },
    );
    assert.deepEqual(first.Connections[0], {
      ConnectionId: otherId,
      State: 1,
      Protocol: 6,
      HeaderDigest: 1,
      DataDigest: 0,
      MaxRecvDataSegmentLength: 262_144,
      AuthType: 2,
      EstimatedThroughput: 0n,
      MaxDatagramSize: 0,
    });
  });

  test('GetIScsiSessionListEx: an informational session has Type 1', async () => {
    const { dsc } = checkedDsc({ sessions: [sessionInfo({ isInformational: true, authType: 'none' })] });
    const { SessionInfo } = await outOf(dsc.GetIScsiSessionListEx());
    assert.deepEqual([SessionInfo[0]?.Type, SessionInfo[0]?.Connections[0]?.AuthType], [1, 0]);
  });
});
