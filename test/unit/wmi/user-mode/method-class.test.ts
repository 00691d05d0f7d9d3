// MSIscsiInitiator_MethodClass: what it asks the service for.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CimValues } from '../../../../src/wmi/cim/cim-value.ts';
import { makeFakeService } from '../../../support/answering-service.ts';
import { call, initiator } from '../../../support/cim-call.ts';
import { samplePortal } from '../../../support/sample-answers.ts';

test('MethodClass: names, secrets and IPsec settings reach the service, whether on the class or on its one instance', async () => {
  const { service, calls } = makeFakeService({
    initiator,
    setInitiator: initiator,
    setChapSecret: undefined,
    setRadiusSecret: undefined,
    setPresharedKey: undefined,
    setIkeSettings: undefined,
    setTunnelAddress: undefined,
    clearPersistentDevices: undefined,
    bindPersistentDevices: [],
  });
  const run = async (method: string, input: CimValues = {}): Promise<string> =>
    (await call(service, ['MSIscsiInitiator_MethodClass', method], undefined, input))[0];
  const bytes = (length: number): number[] => Array<number>(length).fill(0x41);
  const done = 'ERROR_SUCCESS';
  assert.equal(await run('SetIscsiInitiatorNodeName', { InitiatorNodeName: 'iqn.2026-11.example:new' }), done);
  assert.equal(await run('SetIscsiInitiatorNodeName'), done);
  assert.equal(await run('SetIscsiInitiatorCHAPSharedSecret', { SharedSecret: bytes(16) }), done);
  assert.equal(await run('SetIscsiInitiatorRADIUSSharedSecret', { SharedSecret: bytes(22) }), done);
  assert.equal(await run('SetIscsiGroupPresharedKey', { Key: [1], Persist: true }), done);
  assert.equal(await run('SetIscsiTunnelModeOuterAddress', { OuterModeAddress: '192.0.2.1' }), done);
  assert.equal(await run('ClearPersistentIscsiVolumes'), done);
  assert.equal(await run('SetupPersistentIscsiVolumes'), done);
  assert.deepEqual(calls, [
    ['setInitiator', { nodeName: 'iqn.2026-11.example:new' }],
    ['setInitiator', { nodeName: null }],
    ['setChapSecret', { secret: { hex: '41'.repeat(16) } }],
    ['setRadiusSecret', { secret: { hex: '41'.repeat(22) } }],
    ['setPresharedKey', { key: { hex: '01' }, persists: true }],
    ['setTunnelAddress', { outer: '192.0.2.1', persists: false }],
    ['clearPersistentDevices'],
    ['bindPersistentDevices'],
  ]);
  const longName = `iqn.2026-11.example:${'n'.repeat(204)}`;
  assert.equal(await run('SetIscsiInitiatorNodeName', { InitiatorNodeName: longName }), 'ISDSC_INVALID_ISCSI_NAME');
  const secret = { SharedSecret: bytes(17) };
  assert.equal(await run('SetIscsiInitiatorCHAPSharedSecret', secret), 'ISDSC_INVALID_INITIATOR_CHAP_SECRET');
  assert.equal(await run('SetIscsiInitiatorRADIUSSharedSecret', secret), 'ERROR_INVALID_PARAMETER');
  assert.equal(await run('SetIscsiGroupPresharedKey', { Key: [] }), 'ERROR_INVALID_PARAMETER');
  const onInstance = await call(service, ['MSIscsiInitiator_MethodClass', 'SetupPersistentIscsiVolumes'], {});
  assert.equal(onInstance[0], done);
});

test('MethodClass.SetIscsiIKEInfo: identities are bytes of their type', async () => {
  const { service, calls } = makeFakeService({ setIkeSettings: undefined });
  const set = async (values: CimValues): Promise<string> => {
    const className = 'MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo';
    const input = { AuthInfo: { className, values: { AuthMethod: 1, SecurityFlags: 5n, ...values } }, Persist: true };
    return (await call(service, ['MSIscsiInitiator_MethodClass', 'SetIscsiIKEInfo'], undefined, input))[0];
  };
  assert.equal(await set({ IdType: 1, Id: [192, 0, 2, 1], Key: [7] }), 'ERROR_SUCCESS');
  assert.deepEqual(calls, [
    [
      'setIkeSettings',
      { securityFlags: 5, identity: { idType: 1, id: '192.0.2.1' }, key: { hex: '07' }, persists: true },
    ],
  ]);
  assert.equal(await set({ IdType: 1, Id: [192, 0, 2] }), 'ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE');
  assert.equal(await set({ IdType: 4, Id: [192, 0, 2, 1] }), 'ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED');
  assert.equal(await set({ AuthMethod: 2 }), 'ERROR_INVALID_PARAMETER');
});

test('MethodClass.RefreshTargetList warns where a source of discovery could not be asked', async () => {
  const failed = { ...samplePortal.outcome, error: { code: 'ISCSI_CONNECT_FAILED', message: 'No way there' } };
  const refresh = async (outcome: typeof samplePortal.outcome): Promise<unknown> => {
    const { service, calls } = makeFakeService({
      targets: [],
      portals: [{ ...samplePortal, outcome }],
      isnsServers: [],
    });
    const [status] = await call(service, ['MSIscsiInitiator_MethodClass', 'RefreshTargetList']);
    assert.deepEqual(calls[0], ['targets', { refresh: true }]);
    return status;
  };
  assert.equal(await refresh(samplePortal.outcome), 'ERROR_SUCCESS');
  assert.equal(await refresh(failed), 'ISDSC_OPERATION_NOT_ALL_SUCCESS');
});
