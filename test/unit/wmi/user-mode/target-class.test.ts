// MSIscsiInitiator_TargetClass: what it shows, and what its Login asks for; how calls are checked.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CimObject, CimValues } from '../../../../src/wmi/cim/cim-value.ts';
import { makeFakeService } from '../../../support/answering-service.ts';
import { call, instancesOf } from '../../../support/cim-call.ts';
import { disk, sampleId, sampleTarget } from '../../../support/sample-answers.ts';

const base = {
  targets: [sampleTarget],
  login: { sessionId: sampleId(1), connectionId: sampleId(0x101), wasThere: false },
};
const targetKey = { TargetName: disk };

function optionsOf(values: CimValues): CimObject {
  return { className: 'MSIscsiInitiator_TargetLoginOptions', values };
}

/** What the service is asked by TargetClass.Login with these. */
async function loginWith(input: CimValues): Promise<unknown> {
  const { service, calls } = makeFakeService(base);
  assert.deepEqual(
    (await call(service, ['MSIscsiInitiator_TargetClass', 'Login'], targetKey, input))[0],
    'ERROR_SUCCESS',
  );
  return calls.find(([name]) => name === 'login')?.[1];
}

async function refusedWith(input: CimValues): Promise<string> {
  const { service, calls } = makeFakeService(base);
  const [status] = await call(service, ['MSIscsiInitiator_TargetClass', 'Login'], targetKey, input);
  assert.ok(!calls.some(([name]) => name === 'login'));
  return status;
}

test('TargetClass.Login without parameters asks for a session that is the only one', async () => {
  assert.deepEqual(await loginWith({}), { targetName: disk, isInformational: false, existing: 'refuse' });
});

test('TargetClass.Login: of login options count those that InformationSpecified names, or else those that are given', async () => {
  const values = { HeaderDigest: 1, DataDigest: 0, MaximumConnections: 4, LoginFlags: 2 };
  assert.deepEqual(await loginWith({ LoginOptions: optionsOf(values) }), {
    targetName: disk,
    isInformational: false,
    loginOptions: { headerDigest: 'crc32c', dataDigest: 'none', maximumConnections: 4, loginFlags: 2 },
    existing: 'add',
  });
  const specified = { ...values, InformationSpecified: 0x81, AuthType: 2 };
  assert.deepEqual(await loginWith({ LoginOptions: optionsOf(specified), IsPersistent: true }), {
    targetName: disk,
    isInformational: false,
    loginOptions: { headerDigest: 'crc32c', authType: 'mutualChap', loginFlags: 2 },
    isPersistent: true,
    existing: 'add',
  });
  assert.equal(
    await refusedWith({ LoginOptions: optionsOf({ InformationSpecified: 0x04 }) }),
    'ERROR_INVALID_PARAMETER',
  );
  assert.equal(
    await refusedWith({ LoginOptions: optionsOf({ InformationSpecified: 0x100 }) }),
    'ERROR_INVALID_PARAMETER',
  );
});

test('TargetClass.Login: MaximumConnections 0 is as many as there can be', async () => {
  assert.deepEqual(await loginWith({ LoginOptions: optionsOf({ MaximumConnections: 0 }) }), {
    targetName: disk,
    isInformational: false,
    loginOptions: { maximumConnections: 65_535 },
    existing: 'refuse',
  });
});

test('TargetClass.Login: a user name and a secret go in as bytes; the secret has 12 to 16 of them', async () => {
  const secret = (length: number): CimObject =>
    optionsOf({ AuthType: 1, Username: [...Buffer.from('joe')], Password: Array<number>(length).fill(0x61) });
  const login = await loginWith({ LoginOptions: secret(12), IsInformationalSession: true });
  assert.deepEqual(login, {
    targetName: disk,
    isInformational: true,
    loginOptions: { authType: 'chap', userName: 'joe', password: { hex: '61'.repeat(12) } },
    existing: 'refuse',
  });
  for (const length of [0, 11, 17]) {
    assert.equal(await refusedWith({ LoginOptions: secret(length) }), 'ISDSC_INVALID_TARGET_CHAP_SECRET');
  }
  assert.equal(await refusedWith({ LoginOptions: optionsOf({ AuthType: 3 }) }), 'ISDSC_INVALID_LOGON_AUTH_TYPE');
  assert.equal(await refusedWith({ LoginOptions: optionsOf({ LoginFlags: 0x10 }) }), 'ISDSC_REQUEST_NOT_SUPPORTED');
  assert.equal(await refusedWith({ LoginOptions: optionsOf({ LoginFlags: 0x40 }) }), 'ERROR_INVALID_PARAMETER');
  assert.equal(await refusedWith({ LoginOptions: optionsOf({ HeaderDigest: 2 }) }), 'ERROR_INVALID_PARAMETER');
  assert.equal(await refusedWith({ LoginOptions: optionsOf({ Version: 1 }) }), 'ERROR_INVALID_PARAMETER');
});

test('TargetClass.Login: portal, port of the initiator, mapping, security flags and key are passed on', async () => {
  const mapping = {
    className: 'MSIscsiInitiator_TargetMappings',
    values: {
      OSBusNumber: 1,
      OSTargetNumber: 9,
      LUNList: [{ className: 'MSIscsiInitiator_LUNList', values: { OSLunNumber: 7, TargetLun: 0x123n } }],
    },
  };
  const portal = { className: 'MSIscsiInitiator_Portal', values: { Address: '[2001:db8::1]', Port: 3261 } };
  const input = { TargetPortal: portal, InitiatorPortNumber: 1, Mappings: [mapping], SecurityFlags: 5n, Key: [1, 255] };
  assert.deepEqual(await loginWith(input), {
    targetName: disk,
    isInformational: false,
    initiatorPort: 1,
    portal: { host: '2001:db8::1', port: 3261 },
    securityFlags: 5,
    mapping: { osBusNumber: 1, osTargetNumber: 9, luns: [{ osLun: 7, targetLun: '4123000000000000' }] },
    key: { hex: '01ff' },
    existing: 'refuse',
  });
  assert.equal(await refusedWith({ Mappings: [mapping, mapping] }), 'ISDSC_INVALID_TARGET_MAPPING');
  assert.equal(await refusedWith({ SecurityFlags: 0x0dn }), 'ERROR_INVALID_PARAMETER');
  assert.equal(await refusedWith({ SecurityFlags: 0x80n }), 'ERROR_INVALID_PARAMETER');
  const noPort = { ...portal, values: { Address: '192.0.2.1', Port: 0 } };
  assert.equal(await refusedWith({ TargetPortal: noPort }), 'ERROR_INVALID_PARAMETER');
});

test('names that there are not and values of another type are refused before anything is asked', async () => {
  const { service, calls } = makeFakeService(base);
  const login = ['MSIscsiInitiator_TargetClass', 'Login'] as const;
  const portal = { className: 'MSIscsiInitiator_Portal', values: { Port: 65_536 } };
  await assert.rejects(call(service, ['MSIscsiInitiator_TargetClass', 'Logon'], targetKey), {
    code: 'WMI_METHOD_NOT_FOUND',
  });
  await assert.rejects(call(service, login, targetKey, { Portal: portal }), { code: 'WMI_ITEM_NOT_FOUND' });
  await assert.rejects(call(service, login, targetKey, { IsPersistent: 1 }), {
    code: 'ISCSI_BAD_ARGUMENT',
    argument: 'MSIscsiInitiator_TargetClass.Login.IsPersistent',
  });
  await assert.rejects(call(service, login, targetKey, { TargetPortal: portal }), {
    argument: 'MSIscsiInitiator_TargetClass.Login.TargetPortal.Port',
  });
  await assert.rejects(call(service, login, targetKey, { TargetPortal: { ...portal, className: 'Other' } }), {
    code: 'ISCSI_BAD_ARGUMENT',
  });
  await assert.rejects(call(service, login, targetKey, { Key: [256] }), { code: 'ISCSI_BAD_ARGUMENT' });
  await assert.rejects(call(service, login, targetKey, { SecurityFlags: -1n }), { code: 'ISCSI_BAD_ARGUMENT' });
  assert.deepEqual(calls, []);
  await assert.rejects(call(service, login, { TargetName: 'iqn.2026-11.example:none' }), {
    code: 'WMI_INSTANCE_NOT_FOUND',
  });
  await assert.rejects(call(service, login), { code: 'WMI_INSTANCE_NOT_FOUND' });
});

test('names of methods, parameters and keys are the same whatever their case', async () => {
  const { service } = makeFakeService(base);
  const [status] = await call(
    service,
    ['MSIscsiInitiator_TargetClass', 'LOGIN'],
    { targetname: disk.toUpperCase() },
    { ispersistent: false },
  );
  assert.equal(status, 'ERROR_SUCCESS');
});

test('TargetClass has an instance for each way in which a target was found, with its portals by group', async () => {
  const [found] = sampleTarget.instances;
  assert.ok(found);
  const other = { ...found, mechanism: 'Static', isHidden: true, portals: [{ host: '192.0.2.11', port: 3260 }] };
  const { service } = makeFakeService({ targets: [{ ...sampleTarget, instances: [found, other] }] });
  const shown = await instancesOf(service, 'MSIscsiInitiator_TargetClass');
  assert.deepEqual(
    shown.map((each) => [each['DiscoveryMechanism'], each['TargetFlags']]),
    [
      ['SendTargets:192.0.2.10:3260', 0],
      ['Static', 2],
    ],
  );
  const [group, ...others] = shown[0]?.['PortalGroups'] as CimObject[];
  assert.deepEqual(
    [others, (group?.values['Portals'] as CimObject[]).map(({ values }) => values)],
    [
      [],
      [
        { Index: 0, SymbolicName: '', Address: '192.0.2.10', Port: 3260 },
        { Index: 1, SymbolicName: '', Address: '2001:db8::10', Port: 3260 },
      ],
    ],
  );
  // One name, two instances: the name alone does not say which.
  await assert.rejects(call(service, ['MSIscsiInitiator_TargetClass', 'Login'], targetKey), {
    code: 'WMI_INSTANCE_NOT_FOUND',
  });
});
