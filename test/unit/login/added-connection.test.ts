// Logging in a further connection of a session: RFC 7143 §6.3.1, §6.3.4, §11.12.6, §13.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { type LoginOptions, resolveKeyOffers, startLogin } from '../../../src/login/index.ts';
import {
  failsWith,
  finalAnswer,
  initiatorName,
  loginOptions,
  negotiate,
  securityDone,
  targetName,
} from '../../support/login-cases.ts';
import { type Line, ScriptedTarget } from '../../support/scripted-target.ts';

const session = negotiate([
  { t: true, text: ['MaxConnections=4', 'MaxBurstLength=65536', 'FirstBurstLength=4096', 'TargetAlias=Bob-s Disk'] },
]);

function add(script: readonly Line[], changes: Partial<LoginOptions> = {}) {
  const target = new ScriptedTarget();
  const options = { isLeading: false, tsih: 0x77, cid: 2, cmdSn: 500, expected: { parameters: session } };
  return { target, step: target.play(startLogin(loginOptions({ ...options, ...changes })), script) };
}

suite('§6.3.1 adding a connection', () => {
  test('§11.12.6: every request carries the TSIH of the session and the new CID', () => {
    const { target } = add([securityDone, {}, finalAnswer]);
    for (const { pdu } of target.heard) assert.deepEqual([pdu.tsih, pdu.cid, pdu.cmdSn], [0x77, 2, 500]);
  });
  test('§13: only names and connection-wide keys are sent', () => {
    const { target } = add([securityDone, finalAnswer]);
    assert.deepEqual(
      target.heard.map(({ text }) => text),
      [
        [`InitiatorName=${initiatorName}`, `TargetName=${targetName}`, 'AuthMethod=None'],
        ['HeaderDigest=None,CRC32C', 'DataDigest=None,CRC32C', 'MaxRecvDataSegmentLength=262144'],
      ],
    );
  });
  test('§13: session-wide values are the session’s, connection-wide ones its own', () => {
    const text = ['HeaderDigest=CRC32C', 'DataDigest=None', 'MaxRecvDataSegmentLength=1024'];
    const offers = resolveKeyOffers({ maxRecvDataSegmentLength: 512 });
    const { step } = add([securityDone, { t: true, text }], { offers });
    assert.ok(step.kind === 'done');
    assert.deepEqual(step.result.parameters, {
      ...session,
      headerDigest: true,
      dataDigest: false,
      maxRecvDataSegmentLength: 512,
      maxXmitDataSegmentLength: 1024,
    });
    assert.equal(step.result.tsih, 0x77);
  });
  test('§11.13.3: a response with another TSIH is refused, partial or final', () => {
    for (const tsih of [0, 0x78]) {
      failsWith(() => add([{ ...securityDone, tsih }]), 'ISCSI_BAD_FIELD');
      failsWith(() => add([securityDone, { t: true, tsih }]), 'ISCSI_BAD_FIELD');
    }
  });
  test('§6.3.1: a portal of another group is refused by name', () => {
    const text = ['TargetPortalGroupTag=2', 'AuthMethod=None'];
    failsWith(() => add([{ t: true, text }]), 'ISCSI_WRONG_PORTAL_GROUP', 'TargetPortalGroupTag');
  });
  test('§13: a session-wide key from the target is refused', () => {
    for (const key of ['MaxConnections', 'MaxBurstLength', 'ErrorRecoveryLevel']) {
      failsWith(() => add([securityDone, { text: [`${key}=1`] }]), 'ISCSI_BAD_TEXT', key);
    }
  });
  test('§11.13.5: too many connections, and a session that is gone', () => {
    failsWith(() => add([{ status: 0x0206 }]), 'ISCSI_TOO_MANY_CONNECTIONS');
    failsWith(() => add([{ status: 0x020a }]), 'ISCSI_LOGIN_REFUSED');
  });
});
