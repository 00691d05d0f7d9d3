// Secrets, RADIUS, IPsec settings and the initiator itself, over a service that answers from a script.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { IkeSettings } from '../../../src/service/index.ts';
import { checkedDsc, outOf, statusOf } from '../../support/checked-dsc.ts';
import { instanceName, rejects } from '../../support/fake-service.ts';

function hex(text: string): { hex: string } {
  return { hex: Buffer.from(text).toString('hex') };
}

suite('CHAP', () => {
  test('SetIScsiInitiatorCHAPSharedSecret: 12 to 16 bytes are taken, of text or not', async () => {
    const { dsc, asked } = checkedDsc({ setChapSecret: undefined });
    await outOf(dsc.SetIScsiInitiatorCHAPSharedSecret('twelve bytes'));
    await outOf(dsc.SetIScsiInitiatorCHAPSharedSecret(new Uint8Array(16)));
    assert.deepEqual(
      asked.map(({ input }) => input),
      [{ secret: hex('twelve bytes') }, { secret: { hex: '00'.repeat(16) } }],
    );
  });

  test('SetIScsiInitiatorCHAPSharedSecret: 11 or 17 bytes are ISDSC_INVALID_INITIATOR_CHAP_SECRET, and nothing is set', async () => {
    const { dsc, asked } = checkedDsc();
    for (const length of [0, 11, 17]) {
      const status = await statusOf(dsc.SetIScsiInitiatorCHAPSharedSecret(new Uint8Array(length)));
      assert.equal(status, 'ISDSC_INVALID_INITIATOR_CHAP_SECRET');
    }
    const none = null as unknown as string;
    assert.equal(await statusOf(dsc.SetIScsiInitiatorCHAPSharedSecret(none)), 'ERROR_INVALID_PARAMETER');
    assert.deepEqual(asked, []);
  });
});

suite('RADIUS', () => {
  test('AddRadiusServer: the address reaches the service; one that is none is ERROR_INVALID_PARAMETER', async () => {
    const { dsc, asked } = checkedDsc({ addRadiusServer: undefined });
    assert.equal(await statusOf(dsc.AddRadiusServer('10.0.0.1')), 'ERROR_SUCCESS');
    assert.deepEqual(asked[0]?.input, { address: '10.0.0.1' });
    const refusing = checkedDsc({ addRadiusServer: rejects('SERVICE_BAD_REQUEST', 'address') }).dsc;
    assert.equal(await statusOf(refusing.AddRadiusServer('a b')), 'ERROR_INVALID_PARAMETER');
  });

  test('RemoveRadiusServer: the address is taken off; one that is not there is ERROR_NOT_FOUND', async () => {
    const remove = async (removeRadiusServer: unknown): Promise<string> =>
      await statusOf(checkedDsc({ removeRadiusServer }).dsc.RemoveRadiusServer('10.0.0.1'));
    assert.equal(await remove(undefined), 'ERROR_SUCCESS');
    assert.equal(await remove(rejects('SERVICE_SERVER_UNKNOWN')), 'ERROR_NOT_FOUND');
  });

  test('ReportRadiusServerList: the addresses, with the port where it is not the usual one', async () => {
    const radiusServers = [
      { host: '10.0.0.1', port: 1812 },
      { host: 'radius.example', port: 1645 },
      { host: '::1', port: 1645 },
    ];
    const { Buffer } = await outOf(checkedDsc({ radiusServers }).dsc.ReportRadiusServerList());
    assert.deepEqual(Buffer, ['10.0.0.1', 'radius.example:1645', '[::1]:1645']);
  });

  test('SetIScsiInitiatorRADIUSSharedSecret: 22 to 26 bytes are taken, 21 and 27 are ERROR_INVALID_PARAMETER', async () => {
    const set = async (length: number): Promise<string> => {
      const { dsc } = checkedDsc(length < 22 || length > 26 ? {} : { setRadiusSecret: undefined });
      return await statusOf(dsc.SetIScsiInitiatorRADIUSSharedSecret('x'.repeat(length)));
    };
    assert.deepEqual(await Promise.all([22, 26].map(set)), ['ERROR_SUCCESS', 'ERROR_SUCCESS']);
    assert.deepEqual(await Promise.all([21, 27].map(set)), ['ERROR_INVALID_PARAMETER', 'ERROR_INVALID_PARAMETER']);
  });
});

const kept: IkeSettings = {
  instance: instanceName,
  securityFlags: 0x27,
  identity: { idType: 2, id: 'host.example' },
  hasKey: true,
};

suite('IPsec', () => {
  test('SetIScsiGroupPresharedKey: the key is kept for as long as Persist says; an empty one is ERROR_INVALID_PARAMETER', async () => {
    const { dsc, asked } = checkedDsc({ setPresharedKey: undefined });
    await outOf(dsc.SetIScsiGroupPresharedKey('key', true));
    assert.deepEqual(asked[0]?.input, { key: hex('key'), persists: true });
    assert.equal(await statusOf(dsc.SetIScsiGroupPresharedKey('', true)), 'ERROR_INVALID_PARAMETER');
  });

  test('SetIScsiIKEInfo: flags, identity and key are kept for the initiator and its port', async () => {
    const { dsc, asked } = checkedDsc({ setIkeSettings: undefined });
    const PsKey = { SecurityFlags: 0x27, IdType: 1, Id: Uint8Array.of(10, 0, 0, 1), IdLengthInBytes: 4, Key: 'key' };
    await outOf(dsc.SetIScsiIKEInfo(instanceName, 3, { AuthMethod: 1, PsKey }, false));
    assert.deepEqual(asked[0]?.input, {
      instance: instanceName,
      initiatorPort: 3,
      securityFlags: 0x27,
      identity: { idType: 1, id: '10.0.0.1' },
      key: hex('key'),
      persists: false,
    });
  });

  test('SetIScsiIKEInfo: an identity may be an address of IPv6, or a name, as bytes or as text', async () => {
    const { dsc, asked } = checkedDsc({ setIkeSettings: undefined });
    const ids: [number, string | Uint8Array][] = [
      [5, Uint8Array.of(0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1)],
      [5, 'fe80::1'],
      [1, '10.0.0.1'],
      [2, 'host.example'],
      [3, new TextEncoder().encode('user@host.example')],
    ];
    for (const [IdType, Id] of ids) {
      await outOf(dsc.SetIScsiIKEInfo(null, null, { AuthMethod: 1, PsKey: { IdType, Id } }, true));
    }
    assert.deepEqual(
      asked.map(({ input }) => (input as { identity: { id: string } }).identity.id),
      ['2001:db8:0:0:0:0:0:1', 'fe80::1', '10.0.0.1', 'host.example', 'user@host.example'],
    );
  });

  test('SetIScsiIKEInfo: another method, type or length of an identity has its status', async () => {
    const set = async (AuthMethod: number, PsKey: object): Promise<string> =>
      await statusOf(checkedDsc().dsc.SetIScsiIKEInfo(null, null, { AuthMethod, PsKey }, true));
    assert.equal(await set(2, {}), 'ERROR_INVALID_PARAMETER');
    assert.equal(await set(1, { IdType: 4, Id: 'x' }), 'ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED');
    assert.equal(await set(1, { IdType: 1, Id: new Uint8Array(5) }), 'ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE');
    assert.equal(await set(1, { IdType: 5, Id: new Uint8Array(4) }), 'ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE');
    assert.equal(await set(1, { IdType: 1, Id: 'host' }), 'ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE');
    assert.equal(await set(1, { SecurityFlags: 0x0d }), 'ERROR_INVALID_PARAMETER');
  });

  test('GetIScsiIKEInfo: what is kept comes out, but for the key', async () => {
    const { dsc, asked } = checkedDsc({ ikeSettings: kept });
    const { AuthInfo } = await outOf(dsc.GetIScsiIKEInfo(instanceName, 0xffffffff, null));
    assert.deepEqual(asked[0]?.input, { instance: instanceName });
    assert.deepEqual(AuthInfo, {
      AuthMethod: 1,
      PsKey: { SecurityFlags: 0x27, IdType: 2, IdLengthInBytes: 12, Id: 'host.example', KeyLengthInBytes: 0, Key: '' },
    });
  });

  test('GetIScsiIKEInfo: where nothing is kept, or not for this identity, it is ISDSC_NO_AUTH_INFO_AVAILABLE', async () => {
    const nothing = { securityFlags: 0, identity: undefined, hasKey: false };
    const none = checkedDsc({ ikeSettings: nothing }).dsc;
    assert.equal(await statusOf(none.GetIScsiIKEInfo(null, null)), 'ISDSC_NO_AUTH_INFO_AVAILABLE');
    const { dsc } = checkedDsc({ ikeSettings: kept });
    const ask = async (Id: string): Promise<string> =>
      await statusOf(dsc.GetIScsiIKEInfo(null, null, null, { AuthMethod: 1, PsKey: { IdType: 2, Id } }));
    assert.deepEqual(
      [await ask('host.example'), await ask('other')],
      ['ERROR_SUCCESS', 'ISDSC_NO_AUTH_INFO_AVAILABLE'],
    );
    const reserved = 1 as unknown as null;
    assert.equal(await statusOf(dsc.GetIScsiIKEInfo(null, null, reserved)), 'ERROR_INVALID_PARAMETER');
  });

  test('SetIScsiTunnelModeOuterAddress: the outer address is kept for place and destination; null takes it away', async () => {
    const { dsc, asked } = checkedDsc({ setTunnelAddress: undefined });
    await outOf(dsc.SetIScsiTunnelModeOuterAddress(instanceName, 1, '10.0.0.1', '10.0.0.2', true));
    await outOf(dsc.SetIScsiTunnelModeOuterAddress(null, 0xffffffff, null, null, false));
    assert.deepEqual(
      asked.map(({ input }) => input),
      [
        { instance: instanceName, initiatorPort: 1, destination: '10.0.0.1', outer: '10.0.0.2', persists: true },
        { persists: false },
      ],
    );
    const unknown = checkedDsc({ setTunnelAddress: rejects('SERVICE_INSTANCE_UNKNOWN', 'instance') }).dsc;
    const status = await statusOf(unknown.SetIScsiTunnelModeOuterAddress('x', null, null, null, true));
    assert.equal(status, 'ISDSC_INITIATOR_INSTANCE_NOT_FOUND');
  });
});

suite('the initiator', () => {
  test('GetIScsiInitiatorNodeName: the name of the node', async () => {
    const { dsc } = checkedDsc({ initiator: { nodeName: 'iqn.2026-11.example:host' } });
    assert.equal((await outOf(dsc.GetIScsiInitiatorNodeName())).InitiatorNodeName, 'iqn.2026-11.example:host');
  });

  test('SetIScsiInitiatorNodeName: a name is set, and null goes back to the default', async () => {
    const { dsc, asked } = checkedDsc({ setInitiator: {} });
    await outOf(dsc.SetIScsiInitiatorNodeName('iqn.2026-11.example:new'));
    await outOf(dsc.SetIScsiInitiatorNodeName(null));
    assert.deepEqual(
      asked.map(({ input }) => input),
      [{ nodeName: 'iqn.2026-11.example:new' }, { nodeName: null }],
    );
  });

  test('SetIScsiInitiatorNodeName: a name that is none, or too long, is ISDSC_INVALID_ISCSI_NAME', async () => {
    const { dsc } = checkedDsc({ setInitiator: rejects('SERVICE_BAD_REQUEST', 'nodeName') });
    assert.equal(await statusOf(dsc.SetIScsiInitiatorNodeName('host')), 'ISDSC_INVALID_ISCSI_NAME');
    const long = `iqn.2026-11.example:${'x'.repeat(204)}`;
    assert.equal(await statusOf(checkedDsc().dsc.SetIScsiInitiatorNodeName(long)), 'ISDSC_INVALID_ISCSI_NAME');
  });

  test('ReportIScsiInitiatorList: the names of the instances', async () => {
    const { dsc } = checkedDsc({ initiator: { instances: [{ instance: instanceName }] } });
    assert.deepEqual((await outOf(dsc.ReportIScsiInitiatorList())).Buffer, [instanceName]);
  });

  test('GetIScsiVersionInformation: the numbers of the service', async () => {
    const { dsc } = checkedDsc({ version: { majorVersion: 1, minorVersion: 2, buildNumber: 3 } });
    const { VersionInfo } = await outOf(dsc.GetIScsiVersionInformation());
    assert.deepEqual(VersionInfo, { MajorVersion: 1, MinorVersion: 2, BuildNumber: 3 });
  });
});
