// The classes of data and counters, against what the target sees of the same sessions and what the service was told.

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { suite, test } from 'node:test';

import { createMemoryDevice } from 'hawser/block';
import {
  CONNECTION_STATE,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  ISCSI_SESSION_TYPE,
  MSiSCSI_LB,
  openWmi,
  textOf,
} from 'hawser/wmi';
import { eventOf, size, targetName } from '../service/service-lab.ts';
import { openLab, valueOf } from './wmi-lab.ts';

/** The last half of an id of the service. */
const half = (id: string): bigint => BigInt(`0x${id.slice(17)}`);

suite('MSiSCSI_InitiatorSessionInfo', () => {
  test('lists sessions of each kind with their connections as the target sees them', async () => {
    await using world = await openLab();
    const { lab, wmi, adapter } = world;
    const target = await lab.target({
      parameters: { maxConnections: 4, firstBurstLength: 4096 },
      publishesCircuits: true,
    });
    await lab.service.addPortal(target.portal);
    const accepted: unknown[] = [];
    const connected = (told: unknown): void => {
      const { isAccepted, remote } = told as { isAccepted?: boolean; remote: { port: number } };
      if (isAccepted === true) accepted.push(remote.port);
    };
    subscribe('hawser:circuit:connected', connected);
    const loginOptions = { headerDigest: 'crc32c', connections: 2 } as const;
    const { sessionId } = await lab.service.login({ targetName, loginOptions });
    const informational = await lab.service.login({ targetName, isInformational: true });
    const { uniqueSessionId } = await adapter.loginForDiscovery({ portal: target.portal });
    unsubscribe('hawser:circuit:connected', connected);
    const { UniqueAdapterId, SessionCount, SessionsList } = await valueOf(wmi, 'MSiSCSI_InitiatorSessionInfo');
    assert.deepEqual([UniqueAdapterId, SessionCount], [adapter.adapterId, 3]);
    assert.deepEqual(
      SessionsList.map((session) => [session.UniqueSessionId, session.Type, session.ConnectionCount]),
      [
        [half(sessionId), ISCSI_SESSION_TYPE.dataSession, 2],
        [half(informational.sessionId), ISCSI_SESSION_TYPE.informationalSession, 1],
        [uniqueSessionId, ISCSI_SESSION_TYPE.discoverySession, 1],
      ],
    );
    for (const session of SessionsList) {
      const seen = target.sessions().find(({ tsih }) => tsih === session.TSID);
      assert.ok(seen !== undefined, `TSIH ${session.TSID}`);
      assert.equal(Buffer.from(session.ISID).readUIntBE(0, 6), seen.isid);
      assert.equal(session.InitiatoriSCSIName, seen.initiatorName);
      assert.equal(session.TargetiSCSIName, seen.isDiscovery ? '' : targetName);
      assert.equal(session.FirstBurstLength, seen.parameters.firstBurstLength);
      assert.equal(session.ErrorRecoveryLevel, seen.parameters.errorRecoveryLevel);
      assert.deepEqual(
        session.ConnectionsList.map(({ CID, HeaderIntegrity }) => [CID, HeaderIntegrity === 1]),
        seen.connections.map(({ cid, parameters }) => [cid, parameters.headerDigest]),
      );
      for (const connection of session.ConnectionsList) {
        assert.deepEqual([textOf(connection.RemoteAddr), connection.RemotePort], ['127.0.0.1', target.portal.port]);
        assert.deepEqual([connection.Protocol, connection.State], [6, 1]);
        assert.ok(textOf(connection.LocalAddr) === '127.0.0.1' && accepted.includes(connection.LocalPort));
      }
    }
    assert.deepEqual(
      SessionsList[0]?.ConnectionsList.map(({ HeaderIntegrity, DataIntegrity }) => [HeaderIntegrity, DataIntegrity]),
      [
        [1, 0],
        [1, 0],
      ],
    );
  });

  test('keeps a lost session under its ids, with connections that are in login', async () => {
    await using world = await openLab();
    const { lab, wmi } = world;
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    const { connectionId } = await lab.service.login({ targetName });
    const lost = eventOf(lab.service, 'sessionLost');
    await target.destroy();
    await lost;
    const { SessionsList } = await valueOf(wmi, 'MSiSCSI_InitiatorSessionInfo');
    const [{ ConnectionsList } = { ConnectionsList: [] }] = SessionsList;
    assert.deepEqual(
      ConnectionsList.map((each) => [each.UniqueConnectionId, each.State, textOf(each.LocalAddr), each.RemotePort]),
      [[half(connectionId), 0, '', target.portal.port]],
    );
    const { LoadBalancePolicies } = await valueOf(wmi, 'MSiSCSI_QueryLBPolicy');
    assert.equal(
      LoadBalancePolicies[0]?.iSCSI_Paths[0]?.ConnectionStatus,
      CONNECTION_STATE.CONNECTION_STATE_RECONNECTING,
    );
  });
});

suite('counters', () => {
  test('grow by known I/O alone, and agree with each other; times are in microseconds', async () => {
    await using world = await openLab();
    const { lab, wmi, adapter } = world;
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    const { sessionId } = await lab.service.login({ targetName });
    const disk = await lab.service.openDisk(sessionId, 0);
    await disk.write(0, Buffer.alloc(4096));
    const name = `${targetName}_${sessionId.slice(17)}`;
    const session = () => valueOf(wmi, 'MSiSCSI_SessionStatistics', name);
    const before = await session();
    const started = performance.now();
    for (let turn = 0; turn < 8; turn += 1) await disk.write(turn * 8192, Buffer.alloc(8192));
    await disk.read(0, Buffer.alloc(32_768));
    const elapsed = (performance.now() - started) * 1000;
    const after = await session();
    assert.equal(after.PDUCommandsSent - before.PDUCommandsSent, 9n);
    assert.equal(after.PDUResponsesReceived - before.PDUResponsesReceived, 9n);
    // Eight commands with 8 KiB of data, one without; headers of 48 bytes, and at most as many again for what else goes on.
    const sent = Number(after.BytesSent - before.BytesSent);
    assert.ok(sent >= 8 * 8192 + 9 * 48 && sent <= 8 * 8192 + 2 * 9 * 48, `${sent} bytes sent`);
    const received = Number(after.BytesReceived - before.BytesReceived);
    assert.ok(received >= 32_768 + 8 * 48 && received <= 32_768 + 30 * 48, `${received} bytes received`);
    const connection = await valueOf(wmi, 'MSiSCSI_ConnectionStatistics', `${name}:1`);
    assert.deepEqual(
      [connection.iSCSIName, connection.CID, connection.USID, connection.UniqueAdapterId],
      [targetName, 1, half(sessionId), adapter.adapterId],
    );
    assert.equal(connection.PDUCommandsSent, after.PDUCommandsSent);
    const times = await valueOf(wmi, 'MSiSCSI_RequestTimeStatistics', `${name}:1`);
    assert.ok(times.AverageProcessingTime > 0 && times.AverageProcessingTime <= times.MaximumProcessingTime);
    assert.ok(9 * times.AverageProcessingTime < 40 * elapsed, `${times.AverageProcessingTime} of ${elapsed}`);
    await disk.close();
    const ports = await wmi.query('MSiSCSI_NICPerformance');
    assert.deepEqual(
      ports.map(({ instanceName }) => instanceName),
      adapter.ports.map((_address, index) => `${adapter.name}#Port${index}`),
    );
    const own = ports[adapter.ports.indexOf('127.0.0.1')]?.value;
    const now = await session();
    assert.equal(BigInt(own?.BytesTransmitted ?? 0), now.BytesSent);
    assert.ok(own!.PDUTransmitted > Number(now.PDUCommandsSent) && own!.PDUReceived > 9);
    await lab.service.logout({ sessionId });
    assert.deepEqual(await wmi.query('MSiSCSI_SessionStatistics'), []);
    assert.deepEqual(await wmi.query('MSiSCSI_RequestTimeStatistics'), []);
    const { value } = (await wmi.query('MSiSCSI_NICPerformance'))[adapter.ports.indexOf('127.0.0.1')]!;
    assert.ok(value.BytesTransmitted > own!.BytesTransmitted);
  });

  test('of logins and errors are the adapter’s', async () => {
    await using world = await openLab();
    const { lab, wmi, adapter } = world;
    const target = await lab.target({ parameters: { maxConnections: 4 } });
    await lab.service.addPortal(target.portal);
    target.inject('refuse-login:class=2,detail=1,count=1');
    await lab.service.login({ targetName }).catch(() => undefined);
    const { sessionId } = await lab.service.login({
      targetName,
      loginOptions: { headerDigest: 'crc32c', defaultTime2Wait: 0 },
    });
    const disk = await lab.service.openDisk(sessionId, 0);
    const fault = target.inject('corrupt-header:opcode=data-in,count=1');
    await disk.read(0, Buffer.alloc(4096));
    fault.remove();
    await disk.close();
    await lab.service.logout({ sessionId });
    const logins = await valueOf(wmi, 'MSiSCSI_InitiatorLoginStatistics');
    // One discovery, and two logins for the session that was lost once.
    assert.deepEqual([logins.LoginAcceptRsps, logins.LoginAuthFailRsps, logins.LoginFailures], [3, 1, 1]);
    assert.deepEqual([logins.LogoutNormals, logins.UniqueAdapterId], [2, adapter.adapterId]);
    const errors = await valueOf(wmi, 'MSiSCSI_InitiatorInstanceStatistics');
    const { SessionDigestErrorCount, SessionFailureCount, SessionFormatErrorCount } = errors;
    assert.deepEqual([SessionDigestErrorCount, SessionFailureCount, SessionFormatErrorCount], [1, 1, 0]);
  });
});

suite('MSiSCSI_QueryLBPolicy', () => {
  test('shows the policy that was set, with the part of each path', async () => {
    await using world = await openLab();
    const { lab, wmi, adapter } = world;
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    const { sessionId } = await lab.service.login({ targetName, loginOptions: { connections: 3 } });
    const { uniqueSessionId, connectionIds } = adapter.sessions()[0]!;
    const [first, second, third] = [...connectionIds.values()] as [bigint, bigint, bigint];
    const shown = async (): Promise<unknown> => {
      const { LoadBalancePolicies } = await valueOf(wmi, 'MSiSCSI_QueryLBPolicy');
      const [policies] = LoadBalancePolicies;
      assert.equal(policies?.UniqueSessionId, half(sessionId));
      assert.deepEqual(
        policies.iSCSI_Paths.map(({ UniqueConnectionId, ConnectionStatus }) => [UniqueConnectionId, ConnectionStatus]),
        [first, second, third].map((id) => [id, CONNECTION_STATE.CONNECTION_STATE_CONNECTED]),
      );
      const paths = policies.iSCSI_Paths.map(({ PrimaryPath, PathWeight }) => [PrimaryPath, PathWeight]);
      return [policies.LoadBalancePolicy, ...paths];
    };
    adapter.setLoadBalancePolicy(uniqueSessionId, { kind: 'failOver', preferred: second });
    assert.deepEqual(await shown(), [MSiSCSI_LB.MSiSCSI_LB_FAILOVER, [0, 0], [1, 0], [0, 0]]);
    adapter.setLoadBalancePolicy(uniqueSessionId, { kind: 'roundRobinWithSubset', preferred: [first, third] });
    assert.deepEqual(await shown(), [MSiSCSI_LB.MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET, [1, 0], [0, 0], [1, 0]]);
    const weights = new Map([
      [first, 10],
      [third, 20],
    ]);
    adapter.setLoadBalancePolicy(uniqueSessionId, { kind: 'weightedPaths', weights });
    assert.deepEqual(await shown(), [MSiSCSI_LB.MSiSCSI_LB_WEIGHTED_PATHS, [0, 10], [0, 0], [1, 20]]);
    adapter.setLoadBalancePolicy(uniqueSessionId, { kind: 'roundRobin' });
    assert.deepEqual(await shown(), [MSiSCSI_LB.MSiSCSI_LB_ROUND_ROBIN, [1, 0], [1, 0], [1, 0]]);
  });
});

suite('mappings and persistent logins', () => {
  test('a stored login comes out with its options and mapping, its devices where they appear, and no secret', async () => {
    await using world = await openLab();
    const { lab, wmi, adapter } = world;
    const chap = { user: 'host', secret: 'a-chap-secret-1' };
    const luns = [0, 300].map((lun) => ({ lun, device: createMemoryDevice(size) }));
    const target = await lab.target({ chap, luns });
    await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
    const mapping = { osBusNumber: 2, osTargetNumber: 7, luns: [{ osLun: 5, targetLun: '412c000000000000' }] };
    const password = 'a-chap-secret-1';
    const loginOptions = { authType: 'chap', userName: 'host', password, headerDigest: 'crc32c' } as const;
    const { sessionId } = await lab.service.login({ targetName, mapping, loginOptions, isPersistent: true });
    await lab.service.addPersistentLogin({ targetName, portal: target.portal, isInformational: true });
    const stored = await valueOf(wmi, 'MSiSCSI_PersistentLogins');
    const [data, informational] = [false, true].map((isInformational) => {
      return stored.PersistentLogins.find((each) => each.IsInformationalSession === isInformational)!;
    }) as [(typeof stored.PersistentLogins)[0], (typeof stored.PersistentLogins)[0]];
    const bit = ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED;
    assert.equal(
      data.LoginOptions.InformationSpecified,
      bit.ISCSI_LOGIN_OPTIONS_HEADER_DIGEST |
        bit.ISCSI_LOGIN_OPTIONS_AUTH_TYPE |
        bit.ISCSI_LOGIN_OPTIONS_USERNAME |
        bit.ISCSI_LOGIN_OPTIONS_PASSWORD,
    );
    assert.deepEqual([data.LoginOptions.AuthType, data.LoginOptions.HeaderDigest], [1, 1]);
    assert.equal(Buffer.from(data.Username).toString(), 'host');
    assert.deepEqual([data.InitiatorPortNumber, data.TargetPortal.Address.Type], [0xffff_ffff, 3]);
    assert.equal(data.UniqueIdForISID, target.sessions()[0]!.isid % 0x1_0000);
    assert.deepEqual(data.TargetMapping.LUNList, [{ TargetLUN: 300n, OSLUN: 5, Reserved: 0 }]);
    assert.equal(informational.UniqueIdForISID, 0, 'there has been no session yet');
    const { TargetPortal, TargetMapping } = informational;
    assert.deepEqual([textOf(TargetPortal.Address), TargetPortal.Socket], ['127.0.0.1', target.portal.port]);
    assert.deepEqual([TargetMapping.OSBus, TargetMapping.LUNCount], [0xffff_ffff, 0]);
    const raw = await wmi.queryAllData('MSiSCSI_PersistentLogins');
    for (const encoding of ['utf8', 'utf16le'] as const) {
      assert.equal(Buffer.from(raw.instances[0]!.data).includes(Buffer.from(password, encoding)), false);
    }
    const mappings = await valueOf(wmi, 'MSiSCSI_TargetMappings');
    const [active] = mappings.TargetMappings;
    assert.deepEqual(
      [mappings.UniqueAdapterId, active?.UniqueSessionId, active?.FromPersistentLogin, active?.OSBus, active?.OSTarget],
      [adapter.adapterId, half(sessionId), true, 2, 7],
    );
    assert.deepEqual(
      active?.LUNList.map(({ TargetLUN, OSLUN }) => [TargetLUN, OSLUN]),
      [
        [0n, 0],
        [300n, 5],
      ],
    );
    const devices = await wmi.query('MSiSCSI_LUNMappingInformation');
    assert.deepEqual(
      devices.map(({ value }) => [value.UniqueSessionId, value.OSBus, value.OSTarget, value.OSLUN]),
      [
        [half(sessionId), 2, 7, 0],
        [half(sessionId), 2, 7, 5],
      ],
    );
  });
});

test('MSiSCSI_PersistentLogins: a login has the ISID of its last session, also while it has none', async () => {
  await using world = await openLab();
  const { lab, wmi } = world;
  const target = await lab.target();
  await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
  await lab.service.login({ targetName, isPersistent: true });
  const isid = target.sessions()[0]!.isid % 0x1_0000;
  wmi.close();
  await target.destroy();
  const service = await lab.start();
  const again = openWmi({ service, adapters: service.adapters });
  const { PersistentLogins } = await valueOf(again, 'MSiSCSI_PersistentLogins');
  again.close();
  assert.deepEqual(
    PersistentLogins.map(({ UniqueIdForISID, TargetMapping }) => [UniqueIdForISID, TargetMapping.UniqueSessionId]),
    [[isid, 0n]],
  );
});

test('MSiSCSI_RedirectPortalInfoClass: the portal that was asked, and the one that took the login', async () => {
  await using world = await openLab();
  const { lab, wmi } = world;
  const target = await lab.target();
  const sign = await lab.target({ redirect: { ...target.portal, isPermanent: false } });
  await lab.service.addStaticTarget({ targetName, portals: [sign.portal] });
  const { sessionId } = await lab.service.login({ targetName });
  await lab.service.addConnection({ sessionId, portal: target.portal });
  const { RedirectSessionList } = await valueOf(wmi, 'MSiSCSI_RedirectPortalInfoClass');
  const [session] = RedirectSessionList;
  assert.deepEqual([session?.UniqueSessionId, session?.TargetPortalGroupTag], [half(sessionId), 1]);
  assert.deepEqual(
    session?.RedirectPortalList.map((each) => [
      each.OriginalPort,
      each.Redirected,
      each.RedirectedPort,
      textOf(each.RedirectedIPAddr),
      each.TemporaryRedirect,
    ]),
    [
      [sign.portal.port, 1, target.portal.port, '127.0.0.1', 1],
      [target.portal.port, 0, 0, '', 0],
    ],
  );
});
