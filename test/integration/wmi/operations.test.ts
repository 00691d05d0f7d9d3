// MSiSCSI_Operations against a target: each claim by values and by bytes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';

import { ipAddressOf } from 'hawser/wmi';
import { addConnection, any, loginOptions, loginToTarget, noMapping, targetPortal } from '../../support/wmi-inputs.ts';
import { isdsc, openWmiLab, targetName, type Way, type WmiLab } from './operations-lab.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const bytes = (value: string): Uint8Array => Buffer.from(value, 'utf8');
const secret = 'a-secret-of-it';

/** Information, AuthType, UserName and Password of ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED. */
const chapMembers = 0x20 | 0x40 | 0x80;

type Lab = Awaited<ReturnType<typeof openWmiLab>>;

async function logIn(
  lab: Lab,
  given: Parameters<typeof loginToTarget>[0] = {},
): Promise<{ Status: number; UniqueSessionId: bigint; UniqueConnectionId: bigint }> {
  const here = { TargetName: targetName, TargetPortal: targetPortal(lab.target.portal) };
  return await lab.operate('LoginToTarget', loginToTarget({ ...here, ...given }));
}

async function logOut(lab: WmiLab, UniqueSessionId: bigint): Promise<number> {
  return (await lab.operate('LogoutFromTarget', { UniqueSessionId })).Status;
}

for (const way of ['typed', 'raw'] satisfies Way[]) {
  suite(`LoginToTarget, ${way}`, () => {
    test('makes a data session with a target that nobody has told of, under ids that hold until the logout', async () => {
      await using lab = await openWmiLab(way);
      const { Status, UniqueSessionId, UniqueConnectionId } = await logIn(lab);
      assert.equal(Status, 0);
      const session = lab.adapter.session(UniqueSessionId);
      assert.deepEqual([session.isInformational, session.leadingConnectionId], [false, UniqueConnectionId]);
      assert.equal((await lab.lab.service.devices()).length, 1);
      assert.equal(await logOut(lab, UniqueSessionId), 0);
      assert.deepEqual([lab.adapter.sessions(), lab.target.sessions()], [[], []]);
      assert.equal(await logOut(lab, UniqueSessionId), isdsc('ISDSC_INVALID_SESSION_ID'));
    });

    test('a second data session takes the multipath flag', async () => {
      await using lab = await openWmiLab(way);
      await logIn(lab);
      const again = await logIn(lab);
      assert.deepEqual(again, {
        Status: isdsc('ISDSC_TARGET_ALREADY_LOGGED_IN'),
        UniqueSessionId: 0n,
        UniqueConnectionId: 0n,
      });
      assert.equal((await logIn(lab, { LoginOptions: loginOptions({ LoginFlags: 2 }) })).Status, 0);
      assert.equal(lab.target.sessions().length, 2);
    });

    test('makes an informational session, which has no devices and takes the SCSI methods', async () => {
      await using lab = await openWmiLab(way);
      const { Status, UniqueSessionId } = await logIn(lab, { SessionType: 1 });
      assert.equal(Status, 0);
      assert.deepEqual(await lab.lab.service.devices(), []);
      const luns = await lab.operate('ScsiReportLuns', { UniqueSessionId });
      assert.deepEqual([luns.Status, luns.ScsiStatus, luns.ResponseBufferSize], [0, 0, 16]);
      assert.equal(await logOut(lab, UniqueSessionId), 0);
    });

    test('makes a discovery session: for SendTargets and nothing else', async () => {
      await using lab = await openWmiLab(way);
      const login = await logIn(lab, { SessionType: 0, TargetName: '' });
      assert.equal(login.Status, 0);
      const { UniqueSessionId } = login;
      const ask = async (SendTargetsText: string): Promise<[number, string]> => {
        const { Status, Response } = await lab.operate('SendTargets', { UniqueSessionId, SendTargetsText });
        return [Status, text(Response)];
      };
      const answer = `TargetName=${targetName}\0TargetAddress=127.0.0.1:${lab.target.portal.port},1\0`;
      assert.deepEqual(await ask('All'), [0, answer]);
      assert.deepEqual(await ask(targetName), [0, answer]);
      assert.deepEqual(await ask('iqn.2026-11.test:nobody'), [0, '']);
      const invalid = isdsc('ISDSC_INVALID_SESSION_ID');
      assert.equal((await lab.operate('ScsiReportLuns', { UniqueSessionId })).Status, invalid);
      const ids = { UniqueAdapterId: lab.adapter.adapterId, UniqueSessionId };
      assert.equal((await lab.operate('AddConnectionToSession', addConnection(ids))).Status, invalid);
      const { UniqueConnectionId } = login;
      const removed = await lab.operate('RemoveConnectionFromSession', { UniqueSessionId, UniqueConnectionId });
      assert.equal(removed.Status, isdsc('ISDSC_CANT_REMOVE_LAST_CONNECTION'));
      assert.equal(await logOut(lab, UniqueSessionId), 0);
      assert.deepEqual([await ask('All'), lab.target.sessions()], [[invalid, ''], []]);
    });

    test('SendTargets over a data session is refused', async () => {
      await using lab = await openWmiLab(way);
      const { UniqueSessionId } = await logIn(lab);
      const { Status } = await lab.operate('SendTargets', { UniqueSessionId, SendTargetsText: '' });
      assert.equal(Status, isdsc('ISDSC_INVALID_SESSION_ID'));
    });

    test('logs in under another node and as the ISID’s last bytes say', async () => {
      await using lab = await openWmiLab(way);
      const node = { InitiatorNode: 'iqn.2026-11.test:Another', InitiatorAlias: 'other', UniqueIdForISID: 0xabcd };
      assert.equal((await logIn(lab, node)).Status, 0);
      const [session] = lab.target.sessions();
      assert.deepEqual([session?.initiatorName, session?.initiatorAlias], ['iqn.2026-11.test:another', 'other']);
      assert.equal((session?.isid ?? 0) % 0x1_0000, 0xabcd);
      // In use is no refusal: the id may be used, and need not.
      const flags = { LoginOptions: loginOptions({ LoginFlags: 2 }) };
      assert.equal((await logIn(lab, { ...node, ...flags })).Status, 0);
      assert.equal(new Set(lab.target.sessions().map(({ isid }) => isid)).size, 2);
    });

    test('members of LoginOptions count where InformationSpecified names them', async () => {
      await using lab = await openWmiLab(way, { parameters: { maxConnections: 4, defaultTime2Retain: 60 } });
      const told = {
        HeaderDigest: 1,
        DataDigest: 1,
        DefaultTime2Wait: 7,
        DefaultTime2Retain: 9,
        MaximumConnections: 3,
      };
      const agreed = async (InformationSpecified: number): Promise<unknown[]> => {
        const { UniqueSessionId } = await logIn(lab, { LoginOptions: loginOptions({ ...told, InformationSpecified }) });
        const { parameters } = lab.adapter.session(UniqueSessionId).session;
        const { headerDigest, dataDigest, defaultTime2Wait, defaultTime2Retain, maxConnections } = parameters;
        assert.equal(await logOut(lab, UniqueSessionId), 0);
        return [headerDigest, dataDigest, defaultTime2Wait, defaultTime2Retain, maxConnections];
      };
      assert.deepEqual(await agreed(0), [false, false, 2, 20, 4]);
      assert.deepEqual(await agreed(0x01), [true, false, 2, 20, 4]);
      assert.deepEqual(await agreed(0x02 | 0x08), [false, true, 7, 20, 4]);
      assert.deepEqual(await agreed(0x04 | 0x10), [false, false, 2, 9, 3]);
    });

    test('authenticates by CHAP with user name and password, in both directions with the shared secret', async () => {
      const mutual = { user: 'target', secret: 'of-the-target-1' };
      await using lab = await openWmiLab(way, { chap: { user: 'user', secret, mutual } });
      const chap = (AuthType: number, password: string): Parameters<typeof loginToTarget>[0] => ({
        LoginOptions: loginOptions({ InformationSpecified: chapMembers, AuthType }),
        Username: bytes('user'),
        Password: bytes(password),
      });
      const status = async (AuthType: number, password: string): Promise<number> =>
        (await logIn(lab, chap(AuthType, password))).Status;
      assert.equal((await logIn(lab)).Status, isdsc('ISDSC_AUTHENTICATION_FAILURE'));
      assert.equal(await status(1, 'a-wrong-secret'), isdsc('ISDSC_AUTHENTICATION_FAILURE'));
      assert.equal(await status(1, 'short'), isdsc('ISDSC_INVALID_TARGET_CHAP_SECRET'));
      assert.equal(await status(3, secret), isdsc('ISDSC_INVALID_LOGON_AUTH_TYPE'));
      const noText = { ...chap(1, secret), Username: Uint8Array.of(0x75, 0xff) };
      assert.equal((await logIn(lab, noText)).Status, isdsc('ISDSC_INVALID_PARAMETER'));
      assert.equal(await status(2, secret), isdsc('ISDSC_TARGET_AUTHINFO_UNAVAILABLE'));
      const share = async (value: string): Promise<number> =>
        (await lab.operate('SetCHAPSharedSecret', { SharedSecret: bytes(value) })).Status;
      assert.equal(await share('short'), isdsc('ISDSC_INVALID_INITIATOR_CHAP_SECRET'));
      assert.equal(await share('of-another-one'), 0);
      assert.equal(await status(2, secret), isdsc('ISDSC_AUTHENTICATION_FAILURE'));
      assert.equal(await share('of-the-target-1'), 0);
      const { Status, UniqueSessionId } = await logIn(lab, chap(2, secret));
      assert.deepEqual([Status, lab.adapter.session(UniqueSessionId).authType], [0, 'mutualChap']);
    });

    test('what cannot be has a status of its own, and leaves nothing behind', async () => {
      await using lab = await openWmiLab(way);
      const { ports } = lab.adapter;
      const onePortal = targetPortal(lab.target.portal);
      const wrong: [Parameters<typeof loginToTarget>[0], Parameters<typeof isdsc>[0]][] = [
        [{ TargetName: 'iqn.2026-11.test:elsewhere' }, 'ISDSC_NOT_FOUND'],
        [{ TargetName: 'no name' }, 'ISDSC_INVALID_ISCSI_NAME'],
        [{ TargetPortal: targetPortal() }, 'ISDSC_NO_PORTAL_SPECIFIED'],
        [
          { TargetPortal: { ...onePortal, Address: { ...onePortal.Address, Type: 9 } } },
          'ISDSC_ADDRESS_TYPE_NOT_SUPPORTED',
        ],
        [{ TargetPortal: { ...onePortal, Socket: 0 } }, 'ISDSC_INVALID_PARAMETER'],
        [{ TargetPortal: { ...onePortal, Socket: 1 } }, 'ISDSC_CONNECTION_FAILED'],
        [{ PortNumber: ports.length }, 'ISDSC_INVALID_PORT_NUMBER'],
        [{ SessionType: 3 }, 'ISDSC_INVALID_PARAMETER'],
        [{ SecurityFlags: 3n }, 'ISDSC_IPSEC_NOT_SUPPORTED_ON_OS'],
        [{ SecurityFlags: 1n << 40n }, 'ISDSC_INVALID_PARAMETER'],
        [{ Key: bytes('key') }, 'ISDSC_IPSEC_NOT_SUPPORTED_ON_OS'],
        [{ LoginOptions: loginOptions({ LoginFlags: 1 }) }, 'ISDSC_IPSEC_NOT_SUPPORTED_ON_OS'],
        [{ LoginOptions: loginOptions({ LoginFlags: 0x10 }) }, 'ISDSC_REQUEST_NOT_SUPPORTED'],
        [{ LoginOptions: loginOptions({ LoginFlags: 0x40 }) }, 'ISDSC_INVALID_PARAMETER'],
        [{ LoginOptions: loginOptions({ InformationSpecified: 0x100 }) }, 'ISDSC_INVALID_PARAMETER'],
        [{ LoginOptions: loginOptions({ InformationSpecified: 1, HeaderDigest: 2 }) }, 'ISDSC_INVALID_PARAMETER'],
        [{ SessionType: 0, PersistentLogin: true }, 'ISDSC_REQUEST_NOT_SUPPORTED'],
        [{ SessionType: 0, TargetPortal: targetPortal() }, 'ISDSC_NO_PORTAL_SPECIFIED'],
        [{ PersistentLogin: true, InitiatorNode: 'iqn.2026-11.test:another' }, 'ISDSC_REQUEST_NOT_SUPPORTED'],
      ];
      for (const [given, status] of wrong) {
        const { Status } = await logIn(lab, given);
        assert.equal(
          Status.toString(16),
          isdsc(status).toString(16),
          `${JSON.stringify(Object.keys(given ?? {}))}: ${status}`,
        );
      }
      assert.deepEqual(
        [lab.adapter.sessions(), lab.adapter.discoverySessions(), await lab.lab.service.persistentLogins()],
        [[], [], []],
      );
    });

    test('a mapping says where the devices appear; numbers that are taken or none are refused', async () => {
      await using lab = await openWmiLab(way);
      const at = (OSBus: number, OSLUN: number): Parameters<typeof loginToTarget>[0] => ({
        Mappings: { ...noMapping, OSBus, OSTarget: 4, LUNList: [{ TargetLUN: 0n, OSLUN }] },
        LoginOptions: loginOptions({ LoginFlags: 2 }),
      });
      assert.equal((await logIn(lab, at(2, 7))).Status, 0);
      const [device] = await lab.lab.service.devices();
      assert.deepEqual([device?.osBusNumber, device?.osTargetNumber, device?.osLun], [2, 4, 7]);
      assert.equal((await logIn(lab, at(256, 7))).Status, isdsc('ISDSC_TARGET_MAPPING_OUT_OF_RANGE'));
      assert.equal((await logIn(lab, at(any, 7))).Status, isdsc('ISDSC_INVALID_TARGET_MAPPING'));
    });

    test('PersistentLogin stores the login and does not log in; RemovePersistentLogin takes it away', async () => {
      await using lab = await openWmiLab(way);
      const { service } = lab.lab;
      const { nodeName: InitiatorNode } = await service.initiator();
      const stored = await logIn(lab, { PersistentLogin: true, InitiatorNode });
      assert.deepEqual(stored, { Status: 0, UniqueSessionId: 0n, UniqueConnectionId: 0n });
      assert.equal((await logIn(lab, { PersistentLogin: true, TargetPortal: targetPortal() })).Status, 0);
      const [first, second] = await service.persistentLogins();
      assert.deepEqual([first?.portal, second?.portal], [lab.target.portal, undefined]);
      assert.deepEqual([first?.actual.state, lab.adapter.sessions()], ['resting', []]);
      const remove = async (portal?: { host: string; port: number }, PortNumber = any): Promise<number> => {
        const input = { PortNumber, TargetName: targetName, TargetPortal: targetPortal(portal) };
        return (await lab.operate('RemovePersistentLogin', input)).Status;
      };
      const { host } = lab.target.portal;
      assert.equal(await remove({ host, port: 1 }), isdsc('ISDSC_TARGET_NOT_FOUND'));
      assert.equal(await remove(lab.target.portal, 0), isdsc('ISDSC_TARGET_NOT_FOUND'));
      assert.equal(await remove(lab.target.portal), 0);
      assert.equal((await service.persistentLogins()).length, 1);
      await logIn(lab, { PersistentLogin: true });
      assert.equal(await remove(), 0);
      assert.deepEqual(await service.persistentLogins(), []);
    });
  });

  suite(`LogoutFromTarget, ${way}`, () => {
    test('asks nobody: open devices are drained, flushed and gone', async () => {
      const commands: number[] = [];
      const hooks = { onCommand: ({ cdb }: { cdb: Uint8Array }) => void commands.push(cdb[0] ?? 0) };
      await using lab = await openWmiLab(way, { hooks });
      lab.target.inject('volatile-cache');
      const { UniqueSessionId } = await logIn(lab);
      const disk = await lab.adapter.session(UniqueSessionId).session.openDisk(0, { label: 'in use' });
      await disk.write(0, Buffer.alloc(512));
      assert.equal(await logOut(lab, UniqueSessionId), 0);
      assert.equal(commands.at(-1), 0x35);
      await assert.rejects(disk.read(0, Buffer.alloc(512)));
    });

    test('ends the reconnecting of a session that is lost, for one that is persistent too', async () => {
      let isRefusing = false;
      const hooks = { onConnection: () => (isRefusing ? ('close' as const) : undefined) };
      await using lab = await openWmiLab(way, { hooks });
      const { service } = lab.lab;
      await service.addStaticTarget({ targetName, portals: [lab.target.portal] });
      const { sessionId } = await service.login({ targetName, isPersistent: true });
      const UniqueSessionId = BigInt(`0x${sessionId.slice(17)}`);
      const lost = once(lab.adapter.events, 'sessionLost');
      isRefusing = true;
      lab.target.sessions()[0]?.cut();
      await lost;
      assert.equal(await logOut(lab, UniqueSessionId), 0);
      isRefusing = false;
      const [login] = await service.persistentLogins();
      assert.deepEqual([lab.adapter.sessions(), login?.actual.state], [[], 'resting']);
    });
  });

  suite(`connections, ${way}`, () => {
    test('are added by ids with options of their own; the last one, and the leading one, stay', async () => {
      await using lab = await openWmiLab(way);
      const { UniqueSessionId, UniqueConnectionId: leading } = await logIn(lab);
      const ids = { UniqueAdapterId: lab.adapter.adapterId, UniqueSessionId };
      const remove = async (UniqueConnectionId: bigint): Promise<number> =>
        (await lab.operate('RemoveConnectionFromSession', { UniqueSessionId, UniqueConnectionId })).Status;
      assert.equal(await remove(leading), isdsc('ISDSC_CANT_REMOVE_LAST_CONNECTION'));
      const LoginOptions = loginOptions({ InformationSpecified: 1, HeaderDigest: 1 });
      const { Status, UniqueConnectionId: second } = await lab.operate(
        'AddConnectionToSession',
        addConnection({ ...ids, LoginOptions, TargetPortal: targetPortal(lab.target.portal) }),
      );
      assert.equal(Status, 0);
      assert.deepEqual(
        lab.adapter
          .session(UniqueSessionId)
          .connections.map(({ uniqueConnectionId, facts }) => [uniqueConnectionId, facts?.parameters.headerDigest]),
        [
          [leading, false],
          [second, true],
        ],
      );
      assert.equal(await remove(leading), isdsc('ISDSC_CANNOT_REMOVE_LEADING_CONNECTION'));
      assert.equal(await remove(second + 100n), isdsc('ISDSC_INVALID_CONNECTION_ID'));
      assert.equal(await remove(second), 0);
      assert.equal(await remove(second), isdsc('ISDSC_INVALID_CONNECTION_ID'));
    });

    test('are refused for another adapter’s id, an id that is none, IPsec, and a target that takes no more', async () => {
      await using lab = await openWmiLab(way, { parameters: { maxConnections: 1 } });
      const { UniqueSessionId } = await logIn(lab);
      const { adapterId } = lab.adapter;
      const add = async (given: Partial<Parameters<typeof addConnection>[0]>): Promise<number> =>
        (
          await lab.operate(
            'AddConnectionToSession',
            addConnection({ UniqueAdapterId: adapterId, UniqueSessionId, ...given }),
          )
        ).Status;
      assert.equal(await add({ UniqueAdapterId: adapterId + 1n }), isdsc('ISDSC_INITIATOR_INSTANCE_NOT_FOUND'));
      assert.equal(await add({ UniqueSessionId: 1n }), isdsc('ISDSC_INVALID_SESSION_ID'));
      assert.equal(await add({ SecurityFlags: 3n }), isdsc('ISDSC_IPSEC_NOT_SUPPORTED_ON_OS'));
      assert.equal(await add({}), isdsc('ISDSC_TOO_MANY_CONNECTIONS'));
    });
  });

  suite(`SCSI methods, ${way}`, () => {
    test('give what the device says, and with a failure its status and 18 bytes of sense', async () => {
      await using lab = await openWmiLab(way);
      const { UniqueSessionId } = await logIn(lab);
      const inquiry = await lab.operate('ScsiInquiry', { UniqueSessionId, Lun: 0n, InquiryFlags: 1, PageCode: 0x83 });
      assert.deepEqual([inquiry.Status, inquiry.ScsiStatus, inquiry.ResponseBuffer[1]], [0, 0, 0x83]);
      assert.deepEqual(inquiry.SenseBuffer, new Uint8Array(18));
      const capacity = await lab.operate('ScsiReadCapacity', { UniqueSessionId, Lun: 0n });
      assert.deepEqual([capacity.Status, capacity.ResponseBufferSize], [0, 32]);
      const failed = await lab.operate('ScsiReadCapacity', { UniqueSessionId, Lun: 5n });
      assert.deepEqual(
        [failed.Status, failed.ScsiStatus, failed.ResponseBufferSize],
        [isdsc('ISDSC_SCSI_REQUEST_FAILED'), 2, 0],
      );
      assert.deepEqual([failed.SenseBuffer.length, failed.SenseBuffer[0], failed.SenseBuffer[2]], [18, 0x70, 5]);
      // The same LUN by its field: flat space addressing.
      const field = await lab.operate('ScsiReadCapacity', { UniqueSessionId, Lun: 0x4005_0000_0000_0000n });
      assert.equal(field.ScsiStatus, 2);
      const flags = await lab.operate('ScsiInquiry', { UniqueSessionId, Lun: 0n, InquiryFlags: 4, PageCode: 0 });
      assert.equal(flags.Status, isdsc('ISDSC_INVALID_PARAMETER'));
      const unknown = await lab.operate('ScsiReportLuns', { UniqueSessionId: 1n });
      assert.deepEqual([unknown.Status, unknown.ScsiStatus], [isdsc('ISDSC_INVALID_SESSION_ID'), 0]);
    });
  });

  suite(`what is kept, ${way}`, () => {
    test('secrets, iSNS and RADIUS servers are the service’s', async () => {
      await using lab = await openWmiLab(way);
      const { service } = lab.lab;
      const radius = async (length: number): Promise<number> =>
        (await lab.operate('SetRADIUSSharedSecret', { SharedSecret: new Uint8Array(length).fill(0x61) })).Status;
      assert.equal(await radius(21), isdsc('ISDSC_INVALID_PARAMETER'));
      assert.equal(await radius(300), isdsc('ISDSC_INVALID_PARAMETER'));
      assert.equal(await radius(22), 0);
      assert.deepEqual(
        (await service.secrets()).map(({ length }) => length),
        [22],
      );
      const server = { RADIUSIPAddress: ipAddressOf('127.0.0.1') };
      assert.equal((await lab.operate('AddRADIUSServer', server)).Status, 0);
      assert.deepEqual(await service.radiusServers(), [{ host: '127.0.0.1', port: 1812 }]);
      assert.equal((await lab.operate('RemoveRADIUSServer', server)).Status, 0);
      assert.equal((await lab.operate('RemoveRADIUSServer', server)).Status, isdsc('ISDSC_INVALID_PARAMETER'));
      const none = { RADIUSIPAddress: ipAddressOf('') };
      assert.equal((await lab.operate('AddRADIUSServer', none)).Status, isdsc('ISDSC_INVALID_PARAMETER'));
      const isns = { iSNSServerName: '127.0.0.1:1' };
      assert.equal((await lab.operate('AddiSNSServer', isns)).Status, 0);
      assert.deepEqual(
        (await service.isnsServers()).map(({ address }) => address),
        ['127.0.0.1:1'],
      );
      assert.equal((await lab.operate('RemoveiSNSServer', isns)).Status, 0);
      assert.equal((await lab.operate('RemoveiSNSServer', isns)).Status, isdsc('ISDSC_ISNS_SERVER_NOT_FOUND'));
    });

    test('the node has a name until that is deleted, and then its default one', async () => {
      await using lab = await openWmiLab(way);
      const { service } = lab.lab;
      const set = async (CreatedInitiatorName: string): Promise<number> =>
        (await lab.operate('SetInitiatorNodeName', { CreatedInitiatorName })).Status;
      const remove = async (DeletedInitiatorName: string): Promise<number> =>
        (await lab.operate('DeleteInitiatorNodeName', { DeletedInitiatorName })).Status;
      assert.equal(await set('no name'), isdsc('ISDSC_INVALID_ISCSI_NAME'));
      assert.equal(await set('iqn.2026-11.test:NEW'), 0);
      assert.equal((await service.initiator()).nodeName, 'iqn.2026-11.test:new');
      assert.equal(await remove('iqn.2026-11.test:old'), isdsc('ISDSC_INITIATOR_NODE_NOT_FOUND'));
      assert.equal(await remove('iqn.2026-11.test:New'), 0);
      const { nodeName, defaultNodeName } = await service.initiator();
      assert.equal(nodeName, defaultNodeName);
      assert.equal(await remove(nodeName), isdsc('ISDSC_REQUEST_NOT_SUPPORTED'));
    });
  });
}
