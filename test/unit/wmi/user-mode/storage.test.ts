// MSFT_iSCSI*: what they show of the service, and what they ask of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { PersistentLogin } from '../../../../src/service/index.ts';
import type { CimObject, CimValues } from '../../../../src/wmi/cim/cim-value.ts';
import { type FakeAnswers, type FakeCall, makeFakeService } from '../../../support/answering-service.ts';
import { call, initiator, instance, instancesOf } from '../../../support/cim-call.ts';
import {
  disk,
  sampleConnection,
  sampleId,
  samplePersistentLogin,
  samplePortal,
  sampleSession,
  sampleTarget,
} from '../../../support/sample-answers.ts';

const session = sampleSession(1, { connections: [sampleConnection(1, { dataDigest: true })], authType: 'chap' });
const base: FakeAnswers = {
  sessions: [session],
  session,
  persistentLogins: [],
  targets: [sampleTarget],
  initiator,
  portals: [samplePortal],
  login: { sessionId: sampleId(1), connectionId: sampleId(0x101), wasThere: false },
  addPersistentLogin: samplePersistentLogin,
  removePersistentLogin: { removed: 1 },
  logout: undefined,
};
const sessionKey = { SessionIdentifier: sampleId(1) };
const done = 'ERROR_SUCCESS';

function kept(changes: Partial<PersistentLogin>, sessionId?: string): PersistentLogin {
  return { ...samplePersistentLogin, ...changes, actual: { ...samplePersistentLogin.actual, sessionId } };
}

/** The status of a call, and what the service was asked by one operation. */
async function asked(
  operation: FakeCall[0],
  answers: FakeAnswers,
  ...[method, keys, input]: [readonly [string, string], Record<string, string>?, CimValues?]
): Promise<readonly [status: string, inputs: unknown[]]> {
  const { service, calls } = makeFakeService({ ...base, ...answers });
  const [status] = await call(service, method, keys, input);
  return [status, calls.filter(([name]) => name === operation).map(([, input]) => input)];
}

async function connect(input: CimValues): Promise<readonly [string, unknown[]]> {
  const given = { NodeAddress: disk, ...input };
  return await asked('login', {}, ['MSFT_iSCSITarget', 'Connect'], undefined, given);
}

test('MSFT_iSCSISession shows ids and digests, who proves what, and whether the session is kept', async () => {
  const { service } = makeFakeService({ ...base, persistentLogins: [kept({}, sampleId(1))] });
  assert.deepEqual(await instancesOf(service, 'MSFT_iSCSISession'), [
    {
      SessionIdentifier: sampleId(1),
      InitiatorSideIdentifier: '80a1a2a30001',
      TargetSideIdentifier: '0007',
      NumberOfConnections: 1,
      TargetNodeAddress: disk,
      InitiatorPortalAddress: '192.0.2.1',
      IsDataDigest: true,
      IsHeaderDigest: true,
      AuthenticationType: 'ONEWAYCHAP',
      InitiatorNodeAddress: 'iqn.2026-11.example:host',
      InitiatorInstanceName: instance,
      IsConnected: true,
      IsPersistent: true,
      IsDiscovered: true,
    },
  ]);
});

test('a session between reconnects is not connected, and has no connection', async () => {
  const lost = sampleSession(1, { state: 'lost', connections: [sampleConnection(1, { state: 'lost' })] });
  const { service } = makeFakeService({ ...base, sessions: [lost], targets: [] });
  const [shown] = await instancesOf(service, 'MSFT_iSCSISession');
  assert.deepEqual(
    [shown?.['IsConnected'], shown?.['NumberOfConnections'], shown?.['IsDiscovered'], shown?.['IsPersistent']],
    [false, 0, false, false],
  );
  assert.deepEqual(await instancesOf(service, 'MSFT_iSCSIConnection'), []);
});

test('a target is connected while one of its sessions is', async () => {
  const isConnected = async (states: readonly ('loggedIn' | 'lost')[]): Promise<unknown> => {
    const sessions = states.map((state, at) => sampleSession(at + 1, { state }));
    const targets = [{ targetName: disk, instances: [], sessions: sessions.map(({ sessionId }) => sessionId) }];
    const { service } = makeFakeService({ ...base, sessions, targets });
    return (await instancesOf(service, 'MSFT_iSCSITarget'))[0]?.['IsConnected'];
  };
  assert.deepEqual(
    [await isConnected([]), await isConnected(['lost']), await isConnected(['lost', 'loggedIn'])],
    [false, false, true],
  );
});

test('Connect asks for a session with devices, of any portal and without authentication, unless told otherwise', async () => {
  assert.deepEqual(await connect({}), [
    done,
    [{ targetName: disk, isInformational: false, loginOptions: {}, existing: 'refuse' }],
  ]);
  const input = {
    TargetPortalAddress: '192.0.2.10',
    InitiatorPortalAddress: '192.0.2.1',
    IsDataDigest: true,
    IsHeaderDigest: false,
    ReportToPnP: false,
    AuthenticationType: 'MutualChap',
    ChapUsername: 'joe',
    ChapSecret: 'twelve bytes',
    IsPersistent: true,
  };
  assert.deepEqual(await connect(input), [
    done,
    [
      {
        targetName: disk,
        isInformational: true,
        instance,
        initiatorPort: 1,
        portal: { host: '192.0.2.10', port: 3260 },
        loginOptions: {
          authType: 'mutualChap',
          userName: 'joe',
          password: { hex: Buffer.from('twelve bytes').toString('hex') },
          headerDigest: 'none',
          dataDigest: 'crc32c',
        },
        isPersistent: true,
        existing: 'find',
      },
    ],
  ]);
  const [, [several]] = await connect({ IsMultipathEnabled: true });
  assert.deepEqual(several, {
    targetName: disk,
    isInformational: false,
    loginOptions: { loginFlags: 2 },
    existing: 'add',
  });
});

test('Connect: 0.0.0.0 is any local address, and an initiator that there is not is for the service to refuse', async () => {
  const [, [anywhere]] = await connect({ InitiatorPortalAddress: '0.0.0.0' });
  assert.ok(!Object.hasOwn(anywhere as object, 'initiatorPort'));
  const [status, [unknown]] = await connect({ InitiatorPortalAddress: '127.0.0.1', InitiatorInstanceName: 'Other' });
  assert.deepEqual([status, (unknown as { instance: string }).instance], [done, 'Other']);
});

test('Connect refuses what there is not: a word for authentication, a local address, a short secret, no target', async () => {
  const refused = async (input: CimValues, status: string): Promise<void> => {
    assert.deepEqual(await connect(input), [status, []]);
  };
  await refused({ AuthenticationType: 'KERBEROS' }, 'ISDSC_INVALID_LOGON_AUTH_TYPE');
  await refused({ InitiatorPortalAddress: '192.0.2.99' }, 'ISDSC_INVALID_PORT_NUMBER');
  await refused({ AuthenticationType: 'ONEWAYCHAP', ChapSecret: 'short' }, 'ISDSC_INVALID_TARGET_CHAP_SECRET');
  await refused({ TargetPortalAddress: '192.0.2.10', TargetPortalPortNumber: 0 }, 'ERROR_INVALID_PARAMETER');
  await refused({ NodeAddress: '' }, 'ERROR_INVALID_PARAMETER');
});

test('Disconnect ends the session that is named, or all of the target; one of another target is not its session', async () => {
  const other = sampleSession(2, { targetName: 'iqn.2026-11.example:other' });
  const second = sampleSession(3);
  const answers = { sessions: [session, other, second] };
  const disconnect = async (
    keys: Record<string, string> | undefined,
    SessionIdentifier: string | null,
  ): Promise<unknown> =>
    await asked('logout', answers, ['MSFT_iSCSITarget', 'Disconnect'], keys, { SessionIdentifier });
  const target = { NodeAddress: disk };
  assert.deepEqual(await disconnect(undefined, sampleId(2).toUpperCase()), [done, [{ sessionId: sampleId(2) }]]);
  assert.deepEqual(await disconnect(target, null), [done, [{ sessionId: sampleId(1) }, { sessionId: sampleId(3) }]]);
  assert.deepEqual(await disconnect(target, sampleId(2)), ['ISDSC_INVALID_SESSION_ID', []]);
  assert.deepEqual(await disconnect(undefined, null), ['ERROR_INVALID_PARAMETER', []]);
});

test('Register keeps a login that makes the session again, with the credentials that are given', async () => {
  const connections = [sampleConnection(1), sampleConnection(2)];
  const two = { ...session, connections };
  const input = { IsMultipathEnabled: true, ChapUsername: 'joe', ChapSecret: 'twelve bytes' };
  const answers = { sessions: [two], session: two };
  assert.deepEqual(await asked('addPersistentLogin', answers, ['MSFT_iSCSISession', 'Register'], sessionKey, input), [
    done,
    [
      {
        targetName: disk,
        isInformational: false,
        instance,
        portal: { host: '192.0.2.10', port: 3260 },
        loginOptions: {
          authType: 'chap',
          userName: 'joe',
          password: { hex: Buffer.from('twelve bytes').toString('hex') },
          loginFlags: 2,
          headerDigest: 'crc32c',
          connections: 2,
        },
      },
    ],
  ]);
  const already = { persistentLogins: [kept({}, sampleId(1))] };
  const register = ['MSFT_iSCSISession', 'Register'] as const;
  assert.deepEqual(await asked('addPersistentLogin', already, register, sessionKey), [done, []]);
});

test('Unregister removes what keeps this session, and refuses to remove what keeps another', async () => {
  const portal = { host: '192.0.2.10', port: 3260 };
  const elsewhere = { host: '192.0.2.11', port: 3260 };
  const unregister = async (persistentLogins: PersistentLogin[]): Promise<unknown> =>
    await asked('removePersistentLogin', { persistentLogins }, ['MSFT_iSCSISession', 'Unregister'], sessionKey);
  const own = kept({ portal, instance }, sampleId(1));
  const other = kept({ portal: elsewhere }, sampleId(2));
  assert.deepEqual(await unregister([own, other]), [done, [{ targetName: disk, portal, instance }]]);
  assert.deepEqual(await unregister([other]), [done, []]);
  // What keeps this one names no portal, so that to remove it would remove the other one, too.
  assert.deepEqual(await unregister([kept({}, sampleId(1)), other]), [
    'ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA',
    [],
  ]);
});

test('SetCHAPSecret sets the secret of the initiator, 12 to 16 bytes of UTF-8', async () => {
  const set = async (ChapSecret: string, keys?: Record<string, string>): Promise<unknown> =>
    await asked('setChapSecret', { setChapSecret: undefined }, ['MSFT_iSCSISession', 'SetCHAPSecret'], keys, {
      ChapSecret,
    });
  const secret = { secret: { hex: Buffer.from('twelve bytes').toString('hex') } };
  assert.deepEqual(await set('twelve bytes', sessionKey), [done, [secret]]);
  assert.deepEqual(await set('twelve bytes'), [done, [secret]]);
  assert.deepEqual(await set('seventeen  bytes!'), ['ISDSC_INVALID_INITIATOR_CHAP_SECRET', []]);
});

test('MSFT_iSCSITargetPortal.New keeps a portal that cannot be asked, and says why', async () => {
  const outcome = { ...samplePortal.outcome, error: { code: 'ISCSI_CONNECT_FAILED', message: 'No way there' } };
  const { service, calls } = makeFakeService({ ...base, addPortal: { ...samplePortal, outcome } });
  const input = { TargetPortalAddress: '192.0.2.10', InitiatorInstanceName: instance, IsHeaderDigest: true };
  const [status, out] = await call(service, ['MSFT_iSCSITargetPortal', 'New'], undefined, input);
  assert.equal(status, 'ISDSC_CONNECTION_FAILED');
  assert.deepEqual((out['CreatedTargetPortal'] as CimObject).values['TargetPortalAddress'], '192.0.2.10');
  assert.deepEqual(calls.find(([name]) => name === 'addPortal')?.[1], {
    instance,
    host: '192.0.2.10',
    port: 3260,
    loginOptions: { headerDigest: 'crc32c' },
  });
});

test('Remove and Update are of the portals that match what is given, at port 3260 unless it is', async () => {
  const portals = [
    { ...samplePortal, instance, initiatorPort: 1 },
    { ...samplePortal, instance: 'Other' },
    { ...samplePortal, port: 3261 },
  ];
  const on = async (method: string, input: CimValues, keys?: Record<string, string>): Promise<unknown> => {
    const operation = method === 'Remove' ? 'removePortal' : 'refreshPortal';
    const answers = { portals, [operation]: undefined };
    return await asked(operation, answers, ['MSFT_iSCSITargetPortal', method], keys, input);
  };
  const address = { host: '192.0.2.10', port: 3260 };
  const byAddress = { TargetPortalAddress: '192.0.2.10' };
  const own = { ...address, instance, initiatorPort: 1 };
  assert.deepEqual(await on('Update', byAddress), [done, [own, { ...address, instance: 'Other' }]]);
  assert.deepEqual(await on('Remove', { ...byAddress, InitiatorPortalAddress: '192.0.2.1' }), [done, [own]]);
  assert.deepEqual(await on('Remove', { ...byAddress, InitiatorInstanceName: 'other' }), [
    done,
    [{ ...address, instance: 'Other' }],
  ]);
  const port = { ...byAddress, TargetPortalPortNumber: 3261 };
  assert.deepEqual(await on('Remove', port), [done, [{ ...address, port: 3261 }]]);
  assert.deepEqual(await on('Remove', { ...port, TargetPortalPortNumber: 3262 }), ['ISDSC_PORTAL_NOT_FOUND', []]);
  await assert.rejects(on('Remove', {}, byAddress), { code: 'WMI_INSTANCE_NOT_FOUND' });
});
