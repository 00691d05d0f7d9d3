// The user-mode classes over a real service, in this process and over its socket, against targets on loopback.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { openControlClient, openControlServer } from 'hawser/control';
import type { Target } from 'hawser/target';
import { type CimObject, type CimValues, openCimRepository } from 'hawser/wmi';
import { openLab, type ServiceLab, targetName } from '../service/service-lab.ts';
import { CimLab, textOf } from './cim-lab.ts';

const doors = ['in this process', 'over the socket'] as const;
type Door = (typeof doors)[number];

/** A service, a target that is known to it, and the classes by one door. */
async function openKnown(door: Door): Promise<
  AsyncDisposable & {
    readonly lab: ServiceLab;
    readonly cim: CimLab;
    readonly target: Target;
    readonly portal: CimValues;
  }
> {
  const lab = await openLab();
  const target = await lab.target();
  const { host, port } = target.portal;
  await lab.service.addPortal({ host, port });
  const socketPath = join(lab.directory, 'socket');
  const server = door === 'over the socket' ? await openControlServer({ service: lab.service, socketPath }) : undefined;
  const client = server === undefined ? undefined : openControlClient({ socketPath });
  return {
    lab,
    target,
    cim: new CimLab(openCimRepository({ service: client ?? lab.service })),
    portal: { TargetPortalAddress: host, TargetPortalPortNumber: port },
    [Symbol.asyncDispose]: async () => {
      await client?.close();
      await server?.close();
      await lab[Symbol.asyncDispose]();
    },
  };
}

const sessionClass = 'MSIscsiInitiator_SessionClass';
const named = { TargetName: targetName };

function asPortal(portal: CimValues): CimObject {
  return {
    className: 'MSIscsiInitiator_Portal',
    values: { Address: portal['TargetPortalAddress'] ?? null, Port: portal['TargetPortalPortNumber'] ?? null },
  };
}

function dataSessions(target: Target): ReturnType<Target['sessions']> {
  return target.sessions().filter(({ isDiscovery }) => !isDiscovery);
}

for (const door of doors) {
  suite(`user-mode classes, ${door}`, () => {
    test('TargetClass.Login makes a session that SessionClass has; Logout is refused while a device is held, and ends it then', async () => {
      await using known = await openKnown(door);
      const { cim, target, lab } = known;
      const { UniqueSessionId, UniqueConnectionId } = await cim.done('MSIscsiInitiator_TargetClass', 'Login', named);
      const keys = { SessionId: textOf(UniqueSessionId) };
      const session = await cim.get(sessionClass, keys);
      const [there] = dataSessions(target);
      assert.equal(Buffer.from(session['ISID'] as number[]).readUIntBE(0, 6), there?.isid);
      assert.equal(Buffer.from(session['TSID'] as number[]).readUInt16BE(), there?.tsih);
      const [connection] = session['ConnectionInformation'] as CimObject[];
      assert.equal(connection?.values['ConnectionID'], UniqueConnectionId);
      assert.equal(connection?.values['TargetPort'], known.portal['TargetPortalPortNumber']);
      const [device] = session['Devices'] as CimObject[];
      assert.deepEqual([device?.values['DeviceInterfaceName'], device?.values['ScsiLun']], [`${targetName}/0`, 0]);
      assert.equal(
        (await cim.call('MSIscsiInitiator_TargetClass', 'Login', named)).status,
        'ISDSC_TARGET_ALREADY_LOGGED_IN',
      );

      const hold = await lab.service.holdDevice({ path: `${targetName}/0`, label: 'nightly backup' });
      assert.equal((await cim.call(sessionClass, 'Logout', keys)).status, 'ISDSC_DEVICE_BUSY_ON_SESSION');
      assert.equal(dataSessions(target).length, 1);
      await lab.service.releaseHold(hold);
      await cim.done(sessionClass, 'Logout', keys);
      assert.deepEqual([dataSessions(target), await cim.list(sessionClass)], [[], []]);
      await assert.rejects(cim.call(sessionClass, 'Logout', keys), { code: 'WMI_INSTANCE_NOT_FOUND' });
    });

    test('AddConnection joins a connection to the session, RemoveConnection takes it off; the leading one stays', async () => {
      await using known = await openKnown(door);
      const { cim, target } = known;
      const { UniqueSessionId, UniqueConnectionId } = await cim.done('MSIscsiInitiator_TargetClass', 'Login', named);
      const keys = { SessionId: textOf(UniqueSessionId) };
      const leading = { UniqueConnectionId: UniqueConnectionId ?? null };
      assert.equal(
        (await cim.call(sessionClass, 'RemoveConnection', keys, leading)).status,
        'ISDSC_CANT_REMOVE_LAST_CONNECTION',
      );
      const added = await cim.done(sessionClass, 'AddConnection', keys, { TargetPortal: asPortal(known.portal) });
      assert.equal(dataSessions(target)[0]?.connections.length, 2);
      assert.equal((await cim.list('MSFT_iSCSIConnection')).length, 2);
      assert.equal(
        (await cim.call(sessionClass, 'RemoveConnection', keys, leading)).status,
        'ISDSC_CANNOT_REMOVE_LEADING_CONNECTION',
      );
      await cim.done(sessionClass, 'RemoveConnection', keys, added);
      assert.equal(dataSessions(target)[0]?.connections.length, 1);
      assert.equal(
        (await cim.call(sessionClass, 'RemoveConnection', keys, added)).status,
        'ISDSC_INVALID_CONNECTION_ID',
      );
    });

    test('SendScsi… of an informational session give what the device says, sense data with a refusal', async () => {
      await using known = await openKnown(door);
      const { cim } = known;
      const informational = { IsInformationalSession: true };
      const login = await cim.done('MSIscsiInitiator_TargetClass', 'Login', named, informational);
      const keys = { SessionId: textOf(login['UniqueSessionId']) };
      assert.deepEqual((await cim.get(sessionClass, keys))['Devices'], []);
      const luns = await cim.done(sessionClass, 'SendScsiReportLuns', keys);
      assert.equal((luns['ResponseBuffer'] as number[]).length, 16);
      const capacity = await cim.done(sessionClass, 'SendScsiReadCapacity', keys, { Lun: 0n });
      const view = Buffer.from(capacity['ResponseBuffer'] as number[]);
      assert.equal((view.readBigUInt64BE(0) + 1n) * BigInt(view.readUInt32BE(8)), 4n << 20n);
      const page = { Lun: 0n, EvpdCmddt: 1, PageCode: 0x83 };
      const identity = await cim.done(sessionClass, 'SendScsiInquiry', keys, page);
      assert.equal((identity['ResponseBuffer'] as number[])[1], 0x83);
      const { status, out } = await cim.call(sessionClass, 'SendScsiInquiry', keys, { ...page, PageCode: 0xc7 });
      assert.deepEqual([status, out['ScsiStatus']], ['ISDSC_SCSI_REQUEST_FAILED', 2]);
      assert.equal((out['SenseBuffer'] as number[])[0], 0x70);
      await cim.done(sessionClass, 'Logout', keys);
    });

    test('MSFT_iSCSITarget.Connect and Disconnect make and end a session; Register and Unregister leave it as it is', async () => {
      await using known = await openKnown(door);
      const { cim, target, lab } = known;
      const keys = { NodeAddress: targetName };
      const { CreatediSCSISession } = await cim.done('MSFT_iSCSITarget', 'Connect', undefined, keys);
      const { values: created } = CreatediSCSISession as CimObject;
      const { SessionIdentifier } = created;
      assert.deepEqual(
        [created['TargetNodeAddress'], created['IsConnected'], created['IsPersistent'], created['IsDiscovered']],
        [targetName, true, false, true],
      );
      assert.equal((await cim.get('MSFT_iSCSITarget', keys))['IsConnected'], true);

      const id = { SessionIdentifier: textOf(SessionIdentifier) };
      const isPersistent = async (): Promise<unknown> => (await cim.get('MSFT_iSCSISession', id))['IsPersistent'];
      await cim.done('MSFT_iSCSISession', 'Register', id);
      assert.equal(await isPersistent(), true);
      const [kept] = await cim.list('MSIscsiInitiator_PersistentLoginClass');
      assert.equal(kept?.values['TargetName'], targetName);
      await cim.done('MSFT_iSCSISession', 'Unregister', id);
      assert.equal(await isPersistent(), false);
      assert.deepEqual(await lab.service.persistentLogins(), []);
      assert.equal(dataSessions(target).length, 1);

      await cim.done('MSFT_iSCSITarget', 'Disconnect', undefined, id);
      assert.deepEqual([dataSessions(target), await cim.list('MSFT_iSCSISession')], [[], []]);
      assert.equal(
        (await cim.call('MSFT_iSCSITarget', 'Disconnect', undefined, id)).status,
        'ISDSC_INVALID_SESSION_ID',
      );
      assert.equal((await cim.get('MSFT_iSCSITarget', keys))['IsConnected'], false);
    });

    test('MSFT_iSCSITargetPortal.New makes targets known, Update asks again, Remove makes them unknown', async () => {
      await using known = await openKnown(door);
      const { cim, lab, portal } = known;
      await cim.done('MSFT_iSCSITargetPortal', 'Remove', undefined, portal);
      assert.deepEqual(
        [await cim.list('MSFT_iSCSITargetPortal'), await cim.list('MSIscsiInitiator_TargetClass')],
        [[], []],
      );
      const { CreatedTargetPortal } = await cim.done('MSFT_iSCSITargetPortal', 'New', undefined, portal);
      const [listed] = await cim.list('MSFT_iSCSITargetPortal');
      assert.deepEqual(CreatedTargetPortal, listed);
      assert.deepEqual(
        (await cim.list('MSFT_iSCSITarget')).map(({ values }) => values['NodeAddress']),
        [targetName],
      );
      const key = { TargetPortalAddress: '127.0.0.1' };
      await cim.done('MSFT_iSCSITargetPortal', 'Update', key);
      await cim.done('MSFT_iSCSITarget', 'Update');
      await cim.done('MSIscsiInitiator_MethodClass', 'RefreshTargetList');
      await cim.done('MSFT_iSCSITargetPortal', 'Remove', key);
      assert.deepEqual(await lab.service.targets(), []);
      assert.equal(
        (await cim.call('MSFT_iSCSITargetPortal', 'Update', undefined, portal)).status,
        'ISDSC_PORTAL_NOT_FOUND',
      );
    });
  });
}

test('a persistent Connect is made again by the next start; Disconnect on a target ends all of its sessions', async () => {
  await using known = await openKnown('in this process');
  const { cim, lab } = known;
  const keys = { NodeAddress: targetName };
  await cim.done('MSFT_iSCSITarget', 'Connect', keys, { ...known.portal, IsPersistent: true });
  await cim.done('MSFT_iSCSITarget', 'Connect', keys, { IsMultipathEnabled: true });
  assert.equal((await cim.list('MSFT_iSCSISession')).length, 2);
  await cim.done('MSFT_iSCSITarget', 'Disconnect', keys);
  assert.deepEqual(await cim.list('MSFT_iSCSISession'), []);
  const service = await lab.start();
  await service.ready;
  const again = new CimLab(openCimRepository({ service }));
  assert.deepEqual(
    (await again.list('MSFT_iSCSISession')).map(({ values }) => values['IsPersistent']),
    [true],
  );
});
