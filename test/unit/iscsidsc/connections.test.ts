// AddIScsiConnection and RemoveIScsiConnection over a service that answers from a script.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { SessionInfo } from '../../../src/service/index.ts';
import { checkedDsc, outOf, statusOf } from '../../support/checked-dsc.ts';
import {
  connectionId,
  connectionInfo,
  otherConnectionId,
  rejects,
  type Script,
  sessionId,
  sessionInfo,
} from '../../support/fake-service.ts';

const id = { AdapterUnique: 0x0123456789abcdefn, AdapterSpecific: 0x4000013700000001n };
const ofConnection = { AdapterUnique: 0x0123456789abcdefn, AdapterSpecific: 0x4000013700000002n };
const portal = { Address: '127.0.0.1', Socket: 3260 };

suite('AddIScsiConnection', () => {
  test('AddIScsiConnection: portal, port and options reach the service, and the id of the connection comes out', async () => {
    const { dsc, asked } = checkedDsc({ addConnection: { connectionId } });
    const out = await outOf(
      dsc.AddIScsiConnection(id, null, 2, portal, 0, { InformationSpecified: 2, DataDigest: 1 }, null),
    );
    assert.deepEqual(out.ConnectionId, ofConnection);
    assert.deepEqual(asked, [
      {
        method: 'addConnection',
        input: {
          sessionId,
          initiatorPort: 2,
          portal: { host: '127.0.0.1', port: 3260 },
          loginOptions: { dataDigest: 'crc32c' },
        },
      },
    ]);
  });

  test('AddIScsiConnection: Reserved must be null, and a portal must be given', async () => {
    const { dsc, asked } = checkedDsc();
    const reserved = 'HBA' as unknown as null;
    const none = null as unknown as typeof portal;
    assert.equal(await statusOf(dsc.AddIScsiConnection(id, reserved, null, portal)), 'ERROR_INVALID_PARAMETER');
    assert.equal(await statusOf(dsc.AddIScsiConnection(id, null, null, none)), 'ERROR_INVALID_PARAMETER');
    assert.deepEqual(asked, []);
  });

  test('AddIScsiConnection: every refusal has its status', async () => {
    const add = async (script: Script['addConnection']): Promise<string> =>
      await statusOf(checkedDsc({ addConnection: script }).dsc.AddIScsiConnection(id, null, null, portal));
    assert.equal(await add(rejects('SERVICE_SESSION_UNKNOWN')), 'ISDSC_INVALID_SESSION_ID');
    assert.equal(await add(rejects('ISCSI_TOO_MANY_CONNECTIONS')), 'ISDSC_TOO_MANY_CONNECTIONS');
    assert.equal(await add(rejects('ISCSI_WRONG_PORTAL_GROUP')), 'ISDSC_CANT_INCLUDE_IN_SESSION');
    assert.equal(await add(rejects('ISCSI_SESSION_LOST')), 'ISDSC_NO_CONNECTION_AVAILABLE');
    assert.equal(await add(rejects('ISCSI_DRAINING')), 'ISDSC_SESSION_BUSY');
    assert.equal(await add(rejects('SERVICE_IPSEC_UNAVAILABLE')), 'ISDSC_IPSEC_NOT_SUPPORTED_ON_OS');
  });
});

/** The status of a removal from a session of this kind that the service carries out so. */
async function remove(session: Partial<SessionInfo>, removeConnection?: unknown): Promise<string> {
  const { dsc } = checkedDsc({ session: sessionInfo(session), removeConnection });
  return await statusOf(dsc.RemoveIScsiConnection(id, ofConnection));
}

suite('RemoveIScsiConnection', () => {
  test('RemoveIScsiConnection: the connection of the id is removed from the session of the id', async () => {
    const { dsc, asked } = checkedDsc({ session: sessionInfo(), removeConnection: undefined });
    assert.deepEqual(await dsc.RemoveIScsiConnection(id, ofConnection), { Status: 0 });
    assert.deepEqual(asked.at(-1), { method: 'removeConnection', input: { sessionId, connectionId } });
  });

  test('RemoveIScsiConnection: the last and the leading connection are refused with their statuses', async () => {
    assert.equal(await remove({}, rejects('ISCSI_LAST_CONNECTION')), 'ISDSC_CANT_REMOVE_LAST_CONNECTION');
    assert.equal(await remove({}, rejects('ISCSI_LEADING_CONNECTION')), 'ISDSC_CANNOT_REMOVE_LEADING_CONNECTION');
  });

  test('RemoveIScsiConnection: an id of no connection, or of no session, is told from the other', async () => {
    assert.equal(await remove({}, rejects('SERVICE_CONNECTION_UNKNOWN')), 'ISDSC_INVALID_CONNECTION_ID');
    const { dsc } = checkedDsc({ session: rejects('SERVICE_SESSION_UNKNOWN') });
    assert.equal(await statusOf(dsc.RemoveIScsiConnection(id, ofConnection)), 'ISDSC_INVALID_SESSION_ID');
  });

  test('RemoveIScsiConnection: while another removal runs the status is ISDSC_REMOVE_CONNECTION_IN_PROGRESS', async () => {
    const leaving = connectionInfo({ connectionId: otherConnectionId, role: 'unusable', isLeading: false });
    assert.equal(await remove({ connections: [connectionInfo(), leaving] }), 'ISDSC_REMOVE_CONNECTION_IN_PROGRESS');
  });

  test('RemoveIScsiConnection: a connection that is lost is none that is being removed', async () => {
    const lost = connectionInfo({ connectionId: otherConnectionId, state: 'lost', role: 'unusable', isLeading: false });
    assert.equal(await remove({ connections: [connectionInfo(), lost] }), 'ERROR_SUCCESS');
  });

  test('RemoveIScsiConnection: a session that is being logged out is ISDSC_SESSION_BUSY', async () => {
    assert.equal(await remove({ state: 'leaving' }), 'ISDSC_SESSION_BUSY');
  });
});
