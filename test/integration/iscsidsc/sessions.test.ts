// Logins, connections, devices and logouts by the Discovery Library API, against targets on loopback.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { DeviceBusyError } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { ISCSI_LOGIN_FLAGS, type IscsiDsc } from 'hawser/iscsidsc';
import { eventOf, size, targetName } from '../service/service-lab.ts';
import { doors, openDscLab, outOf, portalOf, statusOf } from './dsc-lab.ts';

const multipath = { LoginFlags: ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED };
const noSuchId = { AdapterUnique: 1n, AdapterSpecific: 2n };

for (const door of doors) {
  suite(`sessions by the Discovery Library API, ${door}`, () => {
    test('LoginIScsiTarget: a target is logged in to once it is known; the session has ids of its own', async () => {
      await using lab = await openDscLab(door);
      const target = await lab.lab.target();
      const { dsc } = lab;
      assert.equal(await statusOf(dsc.LoginIScsiTarget(targetName, false)), 'ISDSC_TARGET_NOT_FOUND');
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(target.portal)));
      const { UniqueSessionId, UniqueConnectionId } = await outOf(dsc.LoginIScsiTarget(targetName, false));
      const { SessionInfo } = await outOf(dsc.GetIScsiSessionList());
      const [session] = SessionInfo;
      assert.deepEqual(session?.SessionId, UniqueSessionId);
      assert.deepEqual(session.Connections[0]?.ConnectionId, UniqueConnectionId);
      assert.deepEqual([session.TargetName, session.Connections[0].TargetSocket], [targetName, target.portal.port]);
      const [there] = target.sessions().filter(({ isDiscovery }) => !isDiscovery);
      assert.equal(Buffer.from(session.ISID).readUIntBE(0, 6), there?.isid);
      assert.equal(Buffer.from(session.TSID).readUInt16BE(), there?.tsih);
      assert.equal(session.InitiatorName, there?.initiatorName);
      assert.notEqual(UniqueSessionId.AdapterSpecific, BigInt(there?.isid ?? 0));
    });

    test('LoginIScsiTarget: a second session takes the multipath flag', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      const { dsc } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const first = await outOf(dsc.LoginIScsiTarget(targetName, false));
      assert.equal(await statusOf(dsc.LoginIScsiTarget(targetName, false)), 'ISDSC_TARGET_ALREADY_LOGGED_IN');
      const second = await outOf(dsc.LoginIScsiTarget(targetName, false, null, null, null, null, null, multipath));
      assert.notDeepEqual(second.UniqueSessionId, first.UniqueSessionId);
      assert.equal((await outOf(dsc.GetIScsiSessionList())).SessionCount, 2);
    });

    test('LoginIScsiTarget: what asks for IPsec is refused, whichever way it asks', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      const { dsc } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const refused = 'ISDSC_IPSEC_NOT_SUPPORTED_ON_OS';
      const require = { LoginFlags: ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_REQUIRE_IPSEC };
      const login: IscsiDsc['LoginIScsiTarget'] = async (...given) => await dsc.LoginIScsiTarget(...given);
      assert.equal(await statusOf(login(targetName, false, null, null, null, null, null, require)), refused);
      assert.equal(await statusOf(login(targetName, false, null, null, null, 0x03)), refused);
      assert.equal(await statusOf(login(targetName, false, null, null, null, null, null, null, 'key')), refused);
      assert.equal((await outOf(dsc.GetIScsiSessionList())).SessionCount, 0);
    });

    test('LoginIScsiTarget: a mapping says where the devices appear', async () => {
      await using lab = await openDscLab(door);
      const luns = [0, 3].map((lun) => ({ lun, device: createMemoryDevice(size) }));
      const { portal } = await lab.lab.target({ luns });
      const { dsc } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const mapping = { OSBusNumber: 1, OSTargetNumber: 9, LUNList: [{ OSLUN: 7, TargetLUN: 3n }] };
      const { UniqueSessionId } = await outOf(dsc.LoginIScsiTarget(targetName, false, null, null, null, null, mapping));
      const { Devices } = await outOf(dsc.GetDevicesForIScsiSession(UniqueSessionId));
      assert.deepEqual(
        Devices.map(({ ScsiAddress: at, DeviceInterfaceName }) => [
          at.PathId,
          at.TargetId,
          at.Lun,
          DeviceInterfaceName,
        ]),
        [
          [1, 9, 0, `${targetName}/0`],
          [1, 9, 7, `${targetName}/3`],
        ],
      );
      const { Mappings } = await outOf(dsc.ReportActiveIScsiTargetMappings());
      const [active] = Mappings;
      assert.deepEqual([active?.SessionId, active?.OSBusNumber, active?.LUNCount], [UniqueSessionId, 1, 2]);
      assert.deepEqual(active?.LUNList.at(-1), { OSLUN: 7, TargetLUN: 3n });
    });

    test('LogoutIScsiTarget: a session with a device in use stays; when it is let go, the session ends and its id is dead', async () => {
      await using lab = await openDscLab(door);
      const target = await lab.lab.target();
      const { dsc, service } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(target.portal)));
      const { UniqueSessionId } = await outOf(dsc.LoginIScsiTarget(targetName, false));
      const hold = await service.holdDevice({ path: `${targetName}/0`, label: 'nightly backup', pid: 4711 });
      const busy = await dsc.LogoutIScsiTarget(UniqueSessionId);
      assert.equal(busy.Status, 0xefff0040);
      assert.ok('Cause' in busy && busy.Cause instanceof DeviceBusyError);
      assert.deepEqual(
        busy.Cause.holders.map(({ label, pid }) => [label, pid]),
        [['nightly backup', 4711]],
      );
      assert.equal((await outOf(dsc.GetIScsiSessionList())).SessionCount, 1);
      await service.releaseHold(hold);
      await outOf(dsc.LogoutIScsiTarget(UniqueSessionId));
      assert.equal((await outOf(dsc.GetIScsiSessionList())).SessionCount, 0);
      assert.deepEqual(target.sessions(), []);
      assert.equal(await statusOf(dsc.LogoutIScsiTarget(UniqueSessionId)), 'ISDSC_INVALID_SESSION_ID');
      assert.equal(await statusOf(dsc.GetDevicesForIScsiSession(UniqueSessionId)), 'ISDSC_INVALID_SESSION_ID');
    });

    test('LogoutIScsiTarget: an informational session has no devices, takes raw commands, and ends at once', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      const { dsc } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const { UniqueSessionId } = await outOf(dsc.LoginIScsiTarget(targetName, true));
      assert.equal((await outOf(dsc.GetDevicesForIScsiSession(UniqueSessionId))).DeviceCount, 0);
      const { SessionInfo } = await outOf(dsc.GetIScsiSessionListEx());
      assert.deepEqual(
        SessionInfo.map(({ Type, ConnectionCount }) => [Type, ConnectionCount]),
        [[1, 1]],
      );
      const luns = await outOf(dsc.SendScsiReportLuns(UniqueSessionId));
      assert.deepEqual([luns.ScsiStatus, luns.ResponseSize], [0, 16]);
      const capacity = await outOf(dsc.SendScsiReadCapacity(UniqueSessionId, 0));
      const view = Buffer.from(capacity.ResponseBuffer);
      assert.equal((view.readBigUInt64BE(0) + 1n) * BigInt(view.readUInt32BE(8)), BigInt(size));
      await outOf(dsc.LogoutIScsiTarget(UniqueSessionId));
    });

    test('SendScsiInquiry: a page comes as the device gives it; one that it does not have is told with sense data', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      const { dsc } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const { UniqueSessionId } = await outOf(dsc.LoginIScsiTarget(targetName, false));
      const standard = await outOf(dsc.SendScsiInquiry(UniqueSessionId, 0, 0, 0, 36));
      assert.deepEqual([standard.ResponseSize, standard.ResponseBuffer[0]], [36, 0]);
      const page = await outOf(dsc.SendScsiInquiry(UniqueSessionId, 0, 1, 0x83));
      assert.equal(page.ResponseBuffer[1], 0x83);
      const failed = await dsc.SendScsiInquiry(UniqueSessionId, 0, 1, 0xc7);
      assert.deepEqual([failed.Status, failed.ScsiStatus], [0xefff001d, 2]);
      assert.ok((failed.SenseBuffer?.length ?? 0) >= 14 && (failed.SenseSize ?? 0) >= 18);
      assert.equal(await statusOf(dsc.SendScsiInquiry(noSuchId, 0, 0, 0)), 'ISDSC_INVALID_SESSION_ID');
    });

    test('AddIScsiConnection: a connection joins the session, RemoveIScsiConnection takes it off; leading and last stay', async () => {
      await using lab = await openDscLab(door);
      const target = await lab.lab.target();
      const { dsc } = lab;
      const portal = portalOf(target.portal);
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portal));
      const { UniqueSessionId, UniqueConnectionId } = await outOf(dsc.LoginIScsiTarget(targetName, false));
      const remove: IscsiDsc['RemoveIScsiConnection'] = async (...given) => await dsc.RemoveIScsiConnection(...given);
      assert.equal(await statusOf(remove(UniqueSessionId, UniqueConnectionId)), 'ISDSC_CANT_REMOVE_LAST_CONNECTION');
      const { ConnectionId } = await outOf(dsc.AddIScsiConnection(UniqueSessionId, null, null, portal));
      const connections = (): number =>
        target.sessions().find(({ isDiscovery }) => !isDiscovery)?.connections.length ?? 0;
      assert.equal(connections(), 2);
      assert.equal(
        await statusOf(remove(UniqueSessionId, UniqueConnectionId)),
        'ISDSC_CANNOT_REMOVE_LEADING_CONNECTION',
      );
      assert.equal(await statusOf(remove(UniqueSessionId, noSuchId)), 'ISDSC_INVALID_CONNECTION_ID');
      assert.equal(await statusOf(remove(noSuchId, ConnectionId)), 'ISDSC_INVALID_SESSION_ID');
      await outOf(remove(UniqueSessionId, ConnectionId));
      assert.equal(connections(), 1);
      assert.equal(await statusOf(remove(UniqueSessionId, ConnectionId)), 'ISDSC_INVALID_CONNECTION_ID');
      assert.equal(await statusOf(dsc.AddIScsiConnection(noSuchId, null, null, portal)), 'ISDSC_INVALID_SESSION_ID');
    });

    test('RemoveIScsiConnection: while one connection is being removed, another removal is refused', async () => {
      await using lab = await openDscLab(door);
      const target = await lab.lab.target();
      const { dsc } = lab;
      const portal = portalOf(target.portal);
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portal));
      const { UniqueSessionId } = await outOf(dsc.LoginIScsiTarget(targetName, false));
      const one = await outOf(dsc.AddIScsiConnection(UniqueSessionId, null, null, portal));
      const two = await outOf(dsc.AddIScsiConnection(UniqueSessionId, null, null, portal));
      const [session] = (await outOf(dsc.GetIScsiSessionList())).SessionInfo;
      const { AdapterSpecific } = one.ConnectionId;
      const info = session?.Connections.find(({ ConnectionId: id }) => id.AdapterSpecific === AdapterSpecific);
      const cid = Buffer.from(info?.CID ?? []).readUInt16BE();
      target.inject(`stall-connection:cid=${cid},ms=700`);
      const removal = statusOf(dsc.RemoveIScsiConnection(UniqueSessionId, one.ConnectionId));
      const inProgress = 'ISDSC_REMOVE_CONNECTION_IN_PROGRESS';
      // Until the removal has begun, an id of no connection is told to be one.
      let status: string;
      do status = await statusOf(dsc.RemoveIScsiConnection(UniqueSessionId, noSuchId));
      while (status === 'ISDSC_INVALID_CONNECTION_ID');
      assert.equal(status, inProgress);
      assert.equal(await statusOf(dsc.RemoveIScsiConnection(UniqueSessionId, two.ConnectionId)), inProgress);
      assert.equal(await removal, 'ERROR_SUCCESS');
      await outOf(dsc.RemoveIScsiConnection(UniqueSessionId, two.ConnectionId));
    });

    test('GetIScsiSessionList: over the loss of its target a session keeps its ids, and has no connection meanwhile', async () => {
      await using lab = await openDscLab(door);
      const target = await lab.lab.target();
      const { dsc, service } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(target.portal)));
      const { UniqueSessionId, UniqueConnectionId } = await outOf(dsc.LoginIScsiTarget(targetName, false));
      const lost = eventOf(service, 'sessionLost');
      const back = eventOf(service, 'sessionBack');
      const rebooted = target.reboot({ downMs: 1500 });
      await lost;
      const meanwhile = (await outOf(dsc.GetIScsiSessionList())).SessionInfo;
      assert.deepEqual(
        meanwhile.map(({ SessionId, ConnectionCount }) => [SessionId, ConnectionCount]),
        [[UniqueSessionId, 0]],
      );
      await rebooted;
      await back;
      const [session] = (await outOf(dsc.GetIScsiSessionList())).SessionInfo;
      assert.deepEqual(
        [session?.SessionId, session?.Connections[0]?.ConnectionId],
        [UniqueSessionId, UniqueConnectionId],
      );
      await outOf(dsc.LogoutIScsiTarget(UniqueSessionId));
    });

    test('LogoutIScsiTarget: a session between reconnects ends, and does not come back', async () => {
      await using lab = await openDscLab(door);
      const target = await lab.lab.target();
      const { dsc, service } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(target.portal)));
      const { UniqueSessionId } = await outOf(dsc.LoginIScsiTarget(targetName, false));
      const lost = eventOf(service, 'sessionLost');
      await target.destroy();
      await lost;
      await outOf(dsc.LogoutIScsiTarget(UniqueSessionId));
      assert.equal((await outOf(dsc.GetIScsiSessionList())).SessionCount, 0);
    });
  });
}
