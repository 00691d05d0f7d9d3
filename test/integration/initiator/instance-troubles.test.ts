// What an instance tells of trouble that no other event tells of, each by the fault that makes it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { InitiatorInstance, Trouble } from 'hawser';
import { deadPortal, logIn, openInstance } from './instance-bench.ts';
import { openLab, targetName } from './lab.ts';

/** What is told from now on. */
function troublesOf(instance: InitiatorInstance): Trouble[] {
  const troubles: Trouble[] = [];
  instance.events.on('trouble', (trouble) => troubles.push(trouble));
  return troubles;
}

test('each login that fails is told with its portal: of a session, a connection, a discovery; one given up is not', async () => {
  await using lab = await openLab();
  await using instance = openInstance();
  const troubles = troublesOf(instance);
  const [portal] = lab.target.portals as [(typeof lab.target.portals)[0]];
  lab.target.inject('refuse-login:class=2,detail=1,count=1');
  const chap = { user: 'user', secret: 'a-chap-secret-1' };
  await logIn(instance, [portal], { connect: { chap } }).catch(() => undefined);
  const { uniqueSessionId } = await logIn(instance, [portal]);
  lab.target.inject('refuse-login:count=1');
  await instance.addConnectionToSession(uniqueSessionId).catch(() => undefined);
  const dead = await deadPortal();
  await instance.sendTargets({ portal: dead }).catch(() => undefined);
  const held = lab.target.inject('stall-connection:opcode=login-response,direction=sent');
  const giveUp = new AbortController();
  const login = logIn(instance, [portal], { existing: 'add', signal: giveUp.signal });
  await held.hit();
  giveUp.abort(new Error('no longer wanted'));
  await login.catch(() => undefined);
  held.remove();
  assert.deepEqual(
    troubles.map((each) => (each.kind === 'loginFailed' ? [each.attempt, each.error.code] : each.kind)),
    [
      [{ targetName, portal, isAdded: false, usesChap: true }, 'ISCSI_AUTH_FAILED'],
      [{ targetName, portal, isAdded: true, usesChap: false }, 'ISCSI_TARGET_ERROR'],
      [{ targetName: undefined, portal: dead, isAdded: false, usesChap: false }, 'ISCSI_CONNECT_FAILED'],
    ],
  );
});

test('commands that time out, their escalation, damaged data, rejects and requests for a logout name the session', async () => {
  await using lab = await openLab({ parameters: { errorRecoveryLevel: 1 } });
  await using instance = openInstance();
  await using other = openInstance({ nodeName: 'iqn.2026-11.test:other' });
  const troubles = troublesOf(instance);
  const elsewhere = troublesOf(other);
  await logIn(other, lab.target.portals);
  const limits = { taskTimeoutMs: 100, abortTimeoutMs: 100 };
  const connect = {
    limits,
    disk: {},
    offers: { dataDigest: 'CRC32C', errorRecoveryLevel: 1, defaultTime2Wait: 0 },
  } as const;
  const { uniqueSessionId } = await logIn(instance, lab.target.portals, { connect });
  const known = instance.session(uniqueSessionId);
  const disk = await known.session.openDisk(0);
  lab.target.inject('corrupt-data:opcode=data-in,count=1');
  await disk.read(0, Buffer.alloc(4096));
  lab.target.inject('never-answer:command=read,count=1');
  lab.target.inject('drop-task-management:count=1');
  await disk.read(0, Buffer.alloc(4096)).catch(() => undefined);
  lab.target.inject('corrupt-data:direction=received,opcode=scsi-command,count=1');
  await disk.write(0, Buffer.alloc(4096)).catch(() => undefined);
  await disk.close();
  const asked = new Promise<void>((resolve) => {
    instance.events.on('trouble', ({ kind }) => {
      if (kind === 'logoutRequested') resolve();
    });
  });
  lab.target
    .sessions()
    .find(({ initiatorName }) => initiatorName === instance.nodeName)
    ?.requestLogout();
  await asked;
  assert.deepEqual(
    troubles.map((each) => {
      assert.ok(each.kind !== 'loginFailed' && each.session === known);
      return each.kind === 'escalated' ? `${each.kind}: ${each.step}, ${each.cause.code}` : each.kind;
    }),
    [
      'dataDamaged',
      'commandTimedOut',
      'escalated: lunReset, ISCSI_TASK_MANAGEMENT_TIMEOUT',
      'pduRejected',
      'logoutRequested',
    ],
  );
  assert.deepEqual(elsewhere, []);
});
