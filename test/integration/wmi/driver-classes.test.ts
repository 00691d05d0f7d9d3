// The MSiSCSI classes as CIM classes over a real service with a session.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type CimObject, openCimRepository, wmiClasses } from 'hawser/wmi';
import { targetName } from '../service/service-lab.ts';
import { CimLab, textOf } from './cim-lab.ts';
import { openLab, type WmiLab } from './wmi-lab.ts';

/** Logs in to a target, and opens all classes. */
async function openLoggedIn({ lab, wmi }: WmiLab): Promise<{ readonly cim: CimLab; readonly sessionId: bigint }> {
  const { portal } = await lab.target();
  await lab.service.addPortal({ host: portal.host, port: portal.port });
  const { sessionId } = await lab.service.login({ targetName });
  const repository = openCimRepository({ service: lab.service, provider: wmi });
  return { cim: new CimLab(repository), sessionId: BigInt(`0x${sessionId.slice(17)}`) };
}

test('every class can be listed: what instances have is of the types of their properties', async () => {
  await using wmiLab = await openLab();
  const { cim } = await openLoggedIn(wmiLab);
  for (const { name } of wmiClasses) {
    const { properties } = cim.classOf(name);
    for (const { className, values } of await cim.list(name)) {
      assert.equal(className, name);
      assert.deepEqual(
        Object.keys(values),
        properties.map((property) => property.name),
        name,
      );
      for (const { name: property, type, isArray } of properties) {
        const value = values[property] ?? null;
        const [first = null] = isArray ? (value as readonly unknown[]) : [value];
        assert.equal(isArray, Array.isArray(value), `${name}.${property}`);
        if (first !== null) assert.equal(typeof first, typeOf(type), `${name}.${property}`);
      }
    }
  }
});

/** What JavaScript calls a value of a CIM type. */
function typeOf(type: string): string {
  if (type === 'uint64') return 'bigint';
  return type.startsWith('uint') ? 'number' : type;
}

test('LogoutFromTarget with a UniqueSessionId of MSiSCSI_InitiatorSessionInfo ends the session, though a device is held', async () => {
  await using wmiLab = await openLab();
  const { lab } = wmiLab;
  const { cim, sessionId } = await openLoggedIn(wmiLab);
  const [info] = await cim.list('MSiSCSI_InitiatorSessionInfo');
  const [session] = info?.values['SessionsList'] as readonly CimObject[];
  assert.deepEqual([session?.values['TargetiSCSIName'], session?.values['UniqueSessionId']], [targetName, sessionId]);
  await lab.service.holdDevice({ path: `${targetName}/0`, label: 'nightly backup' });
  const keys = { InstanceName: textOf(info?.values['InstanceName']) };
  const { status, out } = await cim.call('MSiSCSI_Operations', 'LogoutFromTarget', keys, {
    UniqueSessionId: sessionId,
  });
  assert.deepEqual([status, out], ['ERROR_SUCCESS', { Status: 0 }]);
  assert.deepEqual(await lab.service.sessions(), []);
  assert.deepEqual(await cim.list('MSIscsiInitiator_SessionClass'), []);
  const again = await cim.call('MSiSCSI_Operations', 'LogoutFromTarget', keys, { UniqueSessionId: sessionId });
  assert.equal(again.status, 'ISDSC_INVALID_SESSION_ID');
});
