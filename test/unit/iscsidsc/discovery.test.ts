// The calls for SendTargets portals and iSNS servers, over a service that answers from a script.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { DiscoveryOutcome, SendTargetsPortal } from '../../../src/service/index.ts';
import { checkedDsc, outOf, statusOf } from '../../support/checked-dsc.ts';
import { instanceName, rejects, type Script } from '../../support/fake-service.ts';

const fine: DiscoveryOutcome = { at: '2026-11-21T18:00:00.000Z', targetCount: 1, error: undefined };

function failed(code: string): DiscoveryOutcome {
  return { ...fine, targetCount: 0, error: { code, message: 'no' } };
}

const portal: SendTargetsPortal = {
  host: '127.0.0.1',
  port: 3260,
  symbolicName: 'rack 1',
  loginOptions: { hasPassword: true, authType: 'chap', userName: 'user' },
  securityFlags: 0x21,
  outcome: fine,
};

const address = { Address: '127.0.0.1', Socket: 3260 };

/** The status of a call about one portal that the service carries out so. */
async function ofPortal(
  name: 'RemoveIScsiSendTargetPortal' | 'RefreshIScsiSendTargetPortal',
  script: Script,
): Promise<string> {
  return await statusOf(checkedDsc(script).dsc[name](null, null, address));
}

suite('SendTargets portals', () => {
  test('AddIScsiSendTargetPortal: place, options, flags and portal reach the service, in the order of the header', async () => {
    const { dsc, asked } = checkedDsc({ addPortal: portal });
    const named = { ...address, SymbolicName: 'rack 1' };
    await outOf(dsc.AddIScsiSendTargetPortal(instanceName, 0xffffffff, { DefaultTime2Wait: 1 }, 0x21, named));
    assert.deepEqual(asked[0]?.input, {
      instance: instanceName,
      host: '127.0.0.1',
      port: 3260,
      symbolicName: 'rack 1',
      loginOptions: { defaultTime2Wait: 1 },
      securityFlags: 0x21,
    });
  });

  test('AddIScsiSendTargetPortal: a portal that could not be asked has the status of what went wrong', async () => {
    const add = async (code: string): Promise<string> => {
      const { dsc } = checkedDsc({ addPortal: { ...portal, outcome: failed(code) } });
      return await statusOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, address));
    };
    assert.equal(await add('ISCSI_CONNECT_TIMEOUT'), 'ISDSC_CONNECTION_FAILED');
    assert.equal(await add('ISCSI_AUTH_FAILED'), 'ISDSC_AUTHENTICATION_FAILURE');
    assert.equal(await add('ISCSI_BAD_TEXT'), 'ISDSC_INVALID_SENDTARGETS_TEXT');
    assert.equal(await add('SOMETHING_NEW'), 'ISDSC_NON_SPECIFIC_ERROR');
  });

  test('AddIScsiSendTargetPortal: an address that is none is ERROR_INVALID_PARAMETER', async () => {
    const { dsc } = checkedDsc();
    const wrong = [
      { Address: '', Socket: 1 },
      { Address: 'a', Socket: 0 },
      { Address: 'a', Socket: 65_536 },
      'a:1',
      null,
    ];
    for (const each of wrong as (typeof address)[]) {
      const status = await statusOf(dsc.AddIScsiSendTargetPortal(null, null, null, null, each));
      assert.equal(status, 'ERROR_INVALID_PARAMETER', JSON.stringify(each));
    }
  });

  test('RemoveIScsiSendTargetPortal: the portal of the place is taken off; one that is not there is ISDSC_PORTAL_NOT_FOUND', async () => {
    const { dsc, asked } = checkedDsc({ removePortal: undefined });
    await outOf(dsc.RemoveIScsiSendTargetPortal(instanceName, 2, address));
    assert.deepEqual(asked[0]?.input, { instance: instanceName, initiatorPort: 2, host: '127.0.0.1', port: 3260 });
    const script = { removePortal: rejects('SERVICE_PORTAL_UNKNOWN') };
    assert.equal(await ofPortal('RemoveIScsiSendTargetPortal', script), 'ISDSC_PORTAL_NOT_FOUND');
  });

  test('RefreshIScsiSendTargetPortal: the status says why the portal could not be asked', async () => {
    const refresh = async (refreshPortal: unknown): Promise<string> =>
      await ofPortal('RefreshIScsiSendTargetPortal', { refreshPortal });
    assert.equal(await refresh(portal), 'ERROR_SUCCESS');
    assert.equal(await refresh(rejects('SERVICE_PORTAL_UNKNOWN')), 'ISDSC_PORTAL_NOT_FOUND');
    assert.equal(await refresh(rejects('ISCSI_CONNECT_FAILED')), 'ISDSC_CONNECTION_FAILED');
    assert.equal(await refresh(rejects('ISCSI_BAD_TEXT')), 'ISDSC_INVALID_SENDTARGETS_TEXT');
  });

  test('ReportIScsiSendTargetPortals: every portal with its place; any is empty and all ones', async () => {
    const portals = [portal, { ...portal, instance: instanceName, initiatorPort: 1 }];
    const { PortalCount, PortalInfo } = await outOf(checkedDsc({ portals }).dsc.ReportIScsiSendTargetPortals());
    assert.equal(PortalCount, 2);
    const info = { InitiatorName: '', InitiatorPortNumber: 0xffffffff, SymbolicName: 'rack 1', ...address };
    assert.deepEqual(PortalInfo, [info, { ...info, InitiatorName: instanceName, InitiatorPortNumber: 1 }]);
  });

  test('ReportIScsiSendTargetPortalsEx: security flags and login options are there, the password is not', async () => {
    const { dsc } = checkedDsc({ portals: [portal] });
    const { PortalCount, PortalInfo } = await outOf(dsc.ReportIScsiSendTargetPortalsEx());
    assert.deepEqual([PortalCount, PortalInfo[0]?.SecurityFlags, PortalInfo[0]?.InitiatorName], [1, 0x21, '']);
    const { InformationSpecified, AuthType, Username, Password } = PortalInfo[0]!.LoginOptions;
    assert.deepEqual([InformationSpecified, AuthType, Username, Password], [0xe0, 1, 'user', '']);
  });
});

suite('iSNS servers', () => {
  const server = { address: 'isns.example', outcome: fine, isRegistered: true };

  test('AddISNSServer: the server is added and its first answer awaited', async () => {
    const { dsc, asked } = checkedDsc({ addIsnsServer: server });
    assert.equal(await statusOf(dsc.AddISNSServer('isns.example')), 'ERROR_SUCCESS');
    assert.deepEqual(asked, [{ method: 'addIsnsServer', input: { address: 'isns.example' } }]);
  });

  test('AddISNSServer: one that does not answer is ISDSC_ISNS_SERVER_NOT_FOUND, a wrong address ERROR_INVALID_PARAMETER', async () => {
    const silent = checkedDsc({ addIsnsServer: { ...server, outcome: failed('ISNS_TIMEOUT') } }).dsc;
    assert.equal(await statusOf(silent.AddISNSServer('isns.example')), 'ISDSC_ISNS_SERVER_NOT_FOUND');
    const { dsc } = checkedDsc({ addIsnsServer: rejects('SERVICE_BAD_REQUEST', 'address') });
    assert.equal(await statusOf(dsc.AddISNSServer('a b')), 'ERROR_INVALID_PARAMETER');
    assert.equal(await statusOf(dsc.AddISNSServer('')), 'ERROR_INVALID_PARAMETER');
  });

  test('RemoveISNSServer: the server is taken off; one that is not there is ISDSC_ISNS_SERVER_NOT_FOUND', async () => {
    const { dsc, asked } = checkedDsc({ removeIsnsServer: undefined });
    assert.equal(await statusOf(dsc.RemoveISNSServer('isns.example')), 'ERROR_SUCCESS');
    assert.deepEqual(asked[0]?.input, { address: 'isns.example' });
    const unknown = checkedDsc({ removeIsnsServer: rejects('SERVICE_SERVER_UNKNOWN') }).dsc;
    assert.equal(await statusOf(unknown.RemoveISNSServer('isns.example')), 'ISDSC_ISNS_SERVER_NOT_FOUND');
  });

  test('RefreshISNSServer: the status says why the server could not be asked', async () => {
    const refresh = async (refreshIsnsServer: unknown): Promise<string> =>
      await statusOf(checkedDsc({ refreshIsnsServer }).dsc.RefreshISNSServer('isns.example'));
    assert.equal(await refresh(server), 'ERROR_SUCCESS');
    assert.equal(await refresh(rejects('ISNS_UNREACHABLE')), 'ISDSC_ISNS_SERVER_NOT_FOUND');
    assert.equal(await refresh(rejects('ISNS_BAD_ANSWER')), 'ISDSC_INCOMPATIBLE_ISNS_VERSION');
  });

  test('ReportISNSServerList: the addresses that were added', async () => {
    const { Buffer } = await outOf(checkedDsc({ isnsServers: [server] }).dsc.ReportISNSServerList());
    assert.deepEqual(Buffer, ['isns.example']);
  });
});
