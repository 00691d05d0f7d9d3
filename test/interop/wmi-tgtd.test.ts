// The operations of an adapter, as bytes, against tgtd: discovery, a login with CHAP in both directions, SCSI, a logout.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isdsc, openWmiLab } from '../integration/wmi/operations-lab.ts';
import { eventually } from '../support/eventually.ts';
import { skipWithout } from '../support/peers.ts';
import { startTgtd } from '../support/tgtd.ts';
import { loginOptions, loginToTarget, targetPortal } from '../support/wmi-inputs.ts';

const bytes = (value: string): Uint8Array => Buffer.from(value, 'utf8');
const bob = { user: 'bob', secret: 'secret-of-bob' };
const alice = { user: 'alice', secret: 'alices-secret' };

suite('MSiSCSI_Operations with tgtd', { skip: skipWithout(['tgtd', 'tgtadm']) }, () => {
  test('discovers, logs in by mutual CHAP, asks for LUNs and capacities, and logs out without a trace', async () => {
    await using tgtd = await startTgtd({ luns: [{ sizeBytes: 4 << 20 }], chap: bob, mutual: alice });
    await using lab = await openWmiLab('raw');
    const TargetPortal = targetPortal(tgtd);
    const discovery = await lab.operate('LoginToTarget', loginToTarget({ SessionType: 0, TargetPortal }));
    assert.equal(discovery.Status, 0);
    for (const SendTargetsText of ['All', tgtd.targetName]) {
      const { UniqueSessionId } = discovery;
      const { Status, Response } = await lab.operate('SendTargets', { UniqueSessionId, SendTargetsText });
      const answer = `TargetName=${tgtd.targetName}\0TargetAddress=${tgtd.host}:${tgtd.port},1\0`;
      assert.deepEqual([Status, Buffer.from(Response).toString()], [0, answer]);
    }
    await lab.operate('SetCHAPSharedSecret', { SharedSecret: bytes(alice.secret) });
    const login = await lab.operate(
      'LoginToTarget',
      loginToTarget({
        TargetName: tgtd.targetName,
        TargetPortal,
        LoginOptions: loginOptions({ InformationSpecified: 0xe0, AuthType: 2 }),
        Username: bytes(bob.user),
        Password: bytes(bob.secret),
      }),
    );
    assert.equal(login.Status, 0);
    const { UniqueSessionId } = login;
    // LUN 0 is tgtd's controller, which has no capacity.
    const luns = await lab.operate('ScsiReportLuns', { UniqueSessionId });
    assert.deepEqual([luns.Status, luns.ResponseBufferSize], [0, 24]);
    const capacity = await lab.operate('ScsiReadCapacity', { UniqueSessionId, Lun: 1n });
    const lastBlock = Buffer.from(capacity.ResponseBuffer).readBigUInt64BE(0);
    assert.deepEqual([capacity.Status, lastBlock], [0, BigInt((4 << 20) / 512 - 1)]);
    const none = await lab.operate('ScsiReadCapacity', { UniqueSessionId, Lun: 0n });
    assert.deepEqual([none.Status, none.ScsiStatus], [isdsc('ISDSC_SCSI_REQUEST_FAILED'), 2]);
    for (const session of [login, discovery]) {
      const { Status } = await lab.operate('LogoutFromTarget', { UniqueSessionId: session.UniqueSessionId });
      assert.equal(Status, 0);
    }
    await eventually(
      () => tgtd.sessions(),
      (sessions) => sessions.length === 0,
    );
  });
});
