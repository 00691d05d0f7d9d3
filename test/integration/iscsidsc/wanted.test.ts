// What the Discovery Library API keeps: discovery, persistent logins and devices, secrets, settings; over restarts.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ISCSI_AUTH_TYPES, ISCSI_TARGET_FLAGS, type IscsiDsc, TARGET_INFORMATION_CLASS } from 'hawser/iscsidsc';
import { targetName } from '../service/service-lab.ts';
import { doors, openDscLab, outOf, portalOf, statusOf } from './dsc-lab.ts';

const { ISCSI_CHAP_AUTH_TYPE, ISCSI_MUTUAL_CHAP_AUTH_TYPE } = ISCSI_AUTH_TYPES;
const user = { user: 'initiator', secret: 'initiatorsecret' };
const back = { user: 'target', secret: 'targetsecret1' };

for (const door of doors) {
  suite(`what the Discovery Library API keeps, ${door}`, () => {
    test('AddIScsiSendTargetPortal: targets of a portal are known; one that cannot be reached stays, with its status', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      const { dsc } = lab;
      const dead = { Address: '127.0.0.1', Socket: 1 };
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, { ...portalOf(portal), SymbolicName: 'lab' }));
      assert.equal(
        await statusOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, dead)),
        'ISDSC_CONNECTION_FAILED',
      );
      assert.deepEqual((await outOf(dsc.ReportIScsiTargets(false))).Buffer, [targetName]);
      assert.equal(await statusOf(dsc.ReportIScsiTargets(true)), 'ISDSC_OPERATION_NOT_ALL_SUCCESS');
      assert.equal(await statusOf(dsc.RefreshIScsiSendTargetPortal(null, null, dead)), 'ISDSC_CONNECTION_FAILED');
      await lab.restart();
      const { PortalInfo } = await outOf(lab.dsc.ReportIScsiSendTargetPortals());
      assert.deepEqual(PortalInfo.map(({ SymbolicName, Socket }) => [SymbolicName, Socket]).sort(), [
        ['', 1],
        ['lab', portal.port],
      ]);
      await outOf(lab.dsc.RemoveIScsiSendTargetPortal(null, null, dead));
      assert.equal(await statusOf(lab.dsc.RemoveIScsiSendTargetPortal(null, null, dead)), 'ISDSC_PORTAL_NOT_FOUND');
      assert.equal(await statusOf(lab.dsc.ReportIScsiTargets(true)), 'ERROR_SUCCESS');
    });

    test('GetIScsiTargetInformation: each mechanism has its own; what is unknown is told', async () => {
      await using lab = await openDscLab(door);
      const target = await lab.lab.target({ alias: 'a disk' });
      const { dsc } = lab;
      const portal = portalOf(target.portal);
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portal));
      const flags = ISCSI_TARGET_FLAGS.ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET;
      await outOf(
        dsc.AddIScsiStaticTarget(targetName, 'by hand', flags, true, null, { HeaderDigest: 1 }, { Portals: [portal] }),
      );
      const { DiscoveryMechanisms, TargetAlias, TargetFlags, LoginOptions, PortalGroups } = TARGET_INFORMATION_CLASS;
      const mechanisms = (await outOf(dsc.GetIScsiTargetInformation(targetName, null, DiscoveryMechanisms))).Buffer;
      const [found, own] = [mechanisms.find((name) => name !== 'Static') ?? '', 'Static'];
      assert.ok(found.startsWith('SendTargets:') && mechanisms.includes(own));
      assert.equal((await outOf(dsc.GetIScsiTargetInformation(targetName, own, TargetAlias))).Buffer, 'by hand');
      assert.equal((await outOf(dsc.GetIScsiTargetInformation(targetName, own, TargetFlags))).Buffer, flags);
      assert.equal((await outOf(dsc.GetIScsiTargetInformation(targetName, own, LoginOptions))).Buffer.HeaderDigest, 1);
      const [group] = (await outOf(dsc.GetIScsiTargetInformation(targetName, found, PortalGroups))).Buffer;
      assert.deepEqual(group, { Count: 1, Portals: [{ SymbolicName: '', ...portal }] });
      assert.equal(
        await statusOf(dsc.GetIScsiTargetInformation(targetName, 'iSNS:none', TargetAlias)),
        'ISDSC_DISCOVERY_MECHANISM_NOT_FOUND',
      );
      const { Portals } = await outOf(dsc.ReportIScsiTargetPortals(null, targetName));
      assert.deepEqual(Portals, [{ SymbolicName: '', ...portal }]);
    });

    test('AddIScsiStaticTarget: a hidden target is listed once it is found as well; removed, it is so no more', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      const { dsc } = lab;
      const flags = ISCSI_TARGET_FLAGS.ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET;
      await outOf(dsc.AddIScsiStaticTarget(targetName, null, flags, true));
      assert.deepEqual((await outOf(dsc.ReportIScsiTargets(false))).Buffer, []);
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      assert.deepEqual((await outOf(dsc.ReportIScsiTargets(false))).Buffer, [targetName]);
      await outOf(dsc.RemoveIScsiStaticTarget(targetName));
      assert.equal(await statusOf(dsc.RemoveIScsiStaticTarget(targetName)), 'ISDSC_TARGET_NOT_FOUND');
      assert.equal(await statusOf(dsc.AddIScsiStaticTarget('disk', null, 0, true)), 'ISDSC_INVALID_ISCSI_NAME');
    });

    test('LoginIScsiTarget: a persistent login is carried out at every start, and LogoutIScsiTarget leaves it', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      await outOf(lab.dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const login = await outOf(
        lab.dsc.LoginIScsiTarget(targetName, false, null, null, portalOf(portal), null, null, null, null, true),
      );
      await outOf(lab.dsc.LogoutIScsiTarget(login.UniqueSessionId));
      const { PersistentLoginInfo } = await outOf(lab.dsc.ReportIScsiPersistentLogins());
      assert.deepEqual(
        PersistentLoginInfo.map(({ TargetName, TargetPortal }) => [TargetName, TargetPortal.Socket]),
        [[targetName, portal.port]],
      );
      await lab.restart();
      const { SessionInfo } = await outOf(lab.dsc.GetIScsiSessionList());
      assert.equal(SessionInfo.length, 1);
      assert.notDeepEqual(SessionInfo[0]?.SessionId, login.UniqueSessionId);
      const again = lab.dsc.LoginIScsiTarget(targetName, false, null, null, null, null, null, null, null, true);
      assert.deepEqual((await outOf(again)).UniqueSessionId, SessionInfo[0]?.SessionId);
    });

    test('RemoveIScsiPersistentTarget: what matches is deleted, sessions stay', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      await outOf(lab.dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      await outOf(lab.dsc.LoginIScsiTarget(targetName, false, null, null, null, null, null, null, null, true));
      const remove: IscsiDsc['RemoveIScsiPersistentTarget'] = async (...given) =>
        await lab.dsc.RemoveIScsiPersistentTarget(...given);
      const wrong = { Address: '127.0.0.9', Socket: 3260 };
      assert.equal(await statusOf(remove(null, null, targetName, wrong)), 'ISDSC_TARGET_NOT_FOUND');
      await outOf(remove(null, 0xffffffff, targetName, { Address: '', Socket: 0 }));
      assert.equal((await outOf(lab.dsc.GetIScsiSessionList())).SessionCount, 1);
      await lab.restart();
      assert.equal((await outOf(lab.dsc.GetIScsiSessionList())).SessionCount, 0);
    });

    test('SetupPersistentIScsiDevices: what is bound is there when the service says that it is ready', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target();
      await outOf(lab.dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const path = `${targetName}/0`;
      const none = 'ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT';
      assert.equal(await statusOf(lab.dsc.AddPersistentIScsiDevice(path)), none);
      const login = await outOf(lab.dsc.LoginIScsiTarget(targetName, false));
      assert.equal(await statusOf(lab.dsc.AddPersistentIScsiDevice(path)), none);
      await outOf(lab.dsc.LoginIScsiTarget(targetName, false, null, null, null, null, null, null, null, true));
      await outOf(lab.dsc.SetupPersistentIScsiDevices());
      assert.equal(await statusOf(lab.dsc.AddPersistentIScsiDevice(path)), 'ISDSC_DEVICE_ALREADY_PERSISTENTLY_BOUND');
      await outOf(lab.dsc.LogoutIScsiTarget(login.UniqueSessionId));
      await lab.restart();
      assert.deepEqual((await outOf(lab.dsc.ReportPersistentIScsiDevices())).Buffer, [path]);
      const [session] = (await outOf(lab.dsc.GetIScsiSessionList())).SessionInfo;
      assert.ok(session !== undefined);
      assert.equal((await outOf(lab.dsc.GetDevicesForIScsiSession(session.SessionId))).DeviceCount, 1);
      await outOf(lab.dsc.RemovePersistentIScsiDevice(path));
      assert.equal(await statusOf(lab.dsc.RemovePersistentIScsiDevice(path)), 'ISDSC_DEVICE_NOT_FOUND');
      await outOf(lab.dsc.SetupPersistentIScsiVolumes());
      await outOf(lab.dsc.ClearPersistentIScsiDevices());
      assert.deepEqual((await outOf(lab.dsc.ReportPersistentIScsiDevices())).Buffer, []);
    });

    test('LoginIScsiTarget: with CHAP the right secret logs in, the wrong one is ISDSC_AUTHENTICATION_FAILURE', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target({ chap: user, chapForDiscovery: false });
      const { dsc } = lab;
      await outOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const login = async (Password: string): Promise<string> => {
        const options = { AuthType: ISCSI_CHAP_AUTH_TYPE, Username: user.user, Password };
        return await statusOf(dsc.LoginIScsiTarget(targetName, false, null, null, null, null, null, options));
      };
      assert.equal(await statusOf(dsc.LoginIScsiTarget(targetName, false)), 'ISDSC_AUTHENTICATION_FAILURE');
      assert.equal(await login('initiatorwrong'), 'ISDSC_AUTHENTICATION_FAILURE');
      assert.equal(await login('short'), 'ISDSC_INVALID_TARGET_CHAP_SECRET');
      assert.equal(await login(user.secret), 'ERROR_SUCCESS');
      const { SessionInfo } = await outOf(dsc.GetIScsiSessionListEx());
      assert.equal(SessionInfo[0]?.Connections[0]?.AuthType, ISCSI_CHAP_AUTH_TYPE);
    });

    test('SetIScsiInitiatorCHAPSharedSecret: with mutual CHAP the target proves itself with it, or there is no session', async () => {
      await using lab = await openDscLab(door);
      const { portal } = await lab.lab.target({ chap: { ...user, mutual: back }, chapForDiscovery: false });
      await outOf(lab.dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
      const options = { AuthType: ISCSI_MUTUAL_CHAP_AUTH_TYPE, Username: user.user, Password: user.secret };
      const login = async (isPersistent = false): Promise<string> =>
        await statusOf(
          lab.dsc.LoginIScsiTarget(targetName, false, null, null, null, null, null, options, null, isPersistent),
        );
      assert.equal(await login(), 'ISDSC_TARGET_AUTHINFO_UNAVAILABLE');
      await outOf(lab.dsc.SetIScsiInitiatorCHAPSharedSecret('another secret'));
      assert.equal(await login(), 'ISDSC_AUTHENTICATION_FAILURE');
      assert.equal(
        await statusOf(lab.dsc.SetIScsiInitiatorCHAPSharedSecret('short')),
        'ISDSC_INVALID_INITIATOR_CHAP_SECRET',
      );
      await outOf(lab.dsc.SetIScsiInitiatorCHAPSharedSecret(back.secret));
      assert.equal(await login(true), 'ERROR_SUCCESS');
      await lab.restart();
      const { SessionInfo } = await outOf(lab.dsc.GetIScsiSessionListEx());
      assert.equal(SessionInfo[0]?.Connections[0]?.AuthType, ISCSI_MUTUAL_CHAP_AUTH_TYPE);
    });

    test('GetIScsiIKEInfo: IPsec settings are kept over a restart with Persist, and their key never comes out', async () => {
      await using lab = await openDscLab(door);
      const [instance = ''] = (await outOf(lab.dsc.ReportIScsiInitiatorList())).Buffer;
      const nothing = 'ISDSC_NO_AUTH_INFO_AVAILABLE';
      assert.equal(await statusOf(lab.dsc.GetIScsiIKEInfo(instance, null)), nothing);
      const PsKey = { SecurityFlags: 0x27, IdType: 2, Id: 'host.example', Key: 'a preshared key' };
      await outOf(lab.dsc.SetIScsiIKEInfo(instance, 0xffffffff, { AuthMethod: 1, PsKey }, true));
      assert.equal(
        await statusOf(lab.dsc.SetIScsiIKEInfo('none', null, { AuthMethod: 1, PsKey }, true)),
        'ISDSC_INITIATOR_INSTANCE_NOT_FOUND',
      );
      await outOf(lab.dsc.SetIScsiTunnelModeOuterAddress(null, null, '10.0.0.1', '10.0.0.2', true));
      await lab.restart();
      const { AuthInfo } = await outOf(lab.dsc.GetIScsiIKEInfo(instance, null));
      assert.deepEqual(
        [AuthInfo.PsKey.SecurityFlags, AuthInfo.PsKey.Id, AuthInfo.PsKey.KeyLengthInBytes, AuthInfo.PsKey.Key],
        [0x27, 'host.example', 0, ''],
      );
      await outOf(lab.dsc.SetIScsiGroupPresharedKey('another key', false));
    });

    test('AddRadiusServer: servers and node name are kept over a restart', async () => {
      await using lab = await openDscLab(door);
      await outOf(lab.dsc.AddRadiusServer('127.0.0.1:1645'));
      await outOf(lab.dsc.SetIScsiInitiatorRADIUSSharedSecret('x'.repeat(24)));
      await outOf(lab.dsc.SetIScsiInitiatorNodeName('iqn.2026-11.test:renamed'));
      assert.equal(await statusOf(lab.dsc.SetIScsiInitiatorNodeName('renamed')), 'ISDSC_INVALID_ISCSI_NAME');
      await lab.restart();
      assert.deepEqual((await outOf(lab.dsc.ReportRadiusServerList())).Buffer, ['127.0.0.1:1645']);
      const { InitiatorNodeName } = await outOf(lab.dsc.GetIScsiInitiatorNodeName());
      assert.equal(InitiatorNodeName, 'iqn.2026-11.test:renamed');
      await outOf(lab.dsc.RemoveRadiusServer('127.0.0.1:1645'));
      assert.equal(await statusOf(lab.dsc.RemoveRadiusServer('127.0.0.1:1645')), 'ERROR_NOT_FOUND');
      assert.equal(await statusOf(lab.dsc.AddRadiusServer('a b')), 'ERROR_INVALID_PARAMETER');
      await outOf(lab.dsc.SetIScsiInitiatorNodeName(null));
      const { VersionInfo } = await outOf(lab.dsc.GetIScsiVersionInformation());
      assert.equal(typeof VersionInfo.MajorVersion, 'number');
    });
  });
}
