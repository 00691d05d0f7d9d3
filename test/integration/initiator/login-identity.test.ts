// What tells sessions apart: the ISID RULE, logins that find or replace a session, and ISIDs that never collide
// (RFC 7143 §4.4.3, §6.3.5, §10.1.1).

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { type ConnectOptions, DeviceBusyError, Initiator, type RemoveAnswer, SessionError } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target, type TargetOptions } from 'hawser/target';
import { deferred } from '../../../src/base/index.ts';
import { eventually } from '../../support/eventually.ts';
import { exitOf, spawnGuarded } from '../../support/run-tool.ts';
import { rejection } from './lab.ts';

const initiatorName = 'iqn.2026-11.test:identity';
const isid = 0x80a1a2a30001;

async function open(name: string, more: Partial<TargetOptions> = {}): Promise<Target> {
  return await listenTarget({
    name: `iqn.2026-11.test:${name}`,
    luns: [{ lun: 0, device: createMemoryDevice(1 << 20) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    ...more,
  });
}

function to(target: Target, more: Partial<ConnectOptions> = {}): ConnectOptions {
  return { portal: target.portals[0]!, targetName: target.name, ...more };
}

/** A process that has logged in, and its ISID. */
async function spawnLogin(target: Target, ...more: string[]): Promise<{ child: ChildProcess; isid: number }> {
  const { host, port } = target.portals[0]!;
  const path = new URL('./login-identity-child.js', import.meta.url).pathname;
  const args = ['--enable-source-maps', path, host, String(port), target.name, initiatorName, ...more];
  const child = spawnGuarded(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  return { child, isid: Number(line) };
}

const seenAt = (target: Target): number[] => target.sessions().map((session) => session.isid);

suite('§4.4.3 ISID RULE: one session of an ISID at a portal group', () => {
  test('the ISID that is given is the one that the target sees; a second session of it is refused before it is tried', async () => {
    let logins = 0;
    await using target = await open('rule', { hooks: { onLogin: () => void (logins += 1) } });
    await using initiator = new Initiator({ name: initiatorName });
    const session = await initiator.connect(to(target, { isid: { random: 0xa1a2a3, qualifier: 1 } }));
    assert.equal(session.isid, isid);
    assert.deepEqual(seenAt(target), [isid]);
    const error = await rejection(initiator.connect(to(target, { isid })), SessionError);
    assert.equal(error.code, 'ISCSI_SESSION_EXISTS');
    assert.equal(logins, 1);
    await initiator.connect(to(target));
    assert.equal(new Set(seenAt(target)).size, 2);
    await session.logout();
    const again = await initiator.connect(to(target, { isid }));
    assert.equal(again.isid, isid);
  });

  test('another portal group is another nexus, where it is known', async () => {
    await using one = await open('groups', { portalGroupTag: 1 });
    await using two = await open('groups', { portalGroupTag: 2 });
    await using initiator = new Initiator({ name: initiatorName });
    const portal = { ...two.portals[0]!, portalGroupTag: 2 };
    const first = await initiator.connect(to(one, { isid }));
    await assert.rejects(initiator.connect(to(two, { isid })), { code: 'ISCSI_SESSION_EXISTS' });
    const second = await initiator.connect(to(two, { portal, isid, existing: 'find' }));
    assert.notEqual(first, second);
    assert.deepEqual([first.isid, second.isid], [isid, isid]);
    assert.equal(await initiator.connect(to(two, { portal, isid, existing: 'find' })), second);
  });

  test('an ISID that is none is refused before anything is tried', async () => {
    await using initiator = new Initiator({ name: initiatorName });
    const nowhere = { portal: { host: '127.0.0.1', port: 1 }, targetName: 'iqn.2026-11.test:nowhere' };
    await assert.rejects(initiator.connect({ ...nowhere, isid: 2 ** 48 }), { argument: 'isid' });
  });
});

suite('a login finds the session that there is', () => {
  test('loggedIn: the same object, with the ISID or without', async () => {
    await using target = await open('find');
    await using initiator = new Initiator({ name: initiatorName });
    const session = await initiator.connect(to(target, { isid, existing: 'find' }));
    assert.equal(await initiator.connect(to(target, { isid, existing: 'find' })), session);
    assert.equal(await initiator.connect(to(target, { existing: 'find' })), session);
    assert.equal(target.sessions().length, 1);
    const other = await initiator.connect(to(target, { isid: isid + 1, existing: 'find' }));
    assert.notEqual(other, session);
    assert.equal(target.sessions().length, 2);
  });

  test('lost: the same object; leaving: it is waited for, and its ISID is used again', async () => {
    await using target = await open('lost');
    await using initiator = new Initiator({ name: initiatorName });
    const session = await initiator.connect(to(target, { reconnects: true }));
    const lost = once(session.events, 'suspended');
    await target.reboot();
    await lost;
    assert.equal(session.state, 'failed');
    assert.equal(await initiator.connect(to(target, { existing: 'find' })), session);
    const leaving = session.logout();
    const next = await initiator.connect(to(target, { existing: 'find' }));
    assert.equal(session.state, 'free');
    await leaving;
    assert.notEqual(next, session);
    assert.equal(next.isid, session.isid);
    assert.deepEqual(seenAt(target), [next.isid]);
  });

  test('a logout that a holder refuses leaves it to be found', async () => {
    await using target = await open('refused');
    await using initiator = new Initiator({ name: initiatorName });
    const session = await initiator.connect(to(target));
    const asked = deferred();
    const answer = deferred<RemoveAnswer>();
    await session.openDisk(0, {
      label: 'holder',
      onRemoveRequested: async () => {
        asked.resolve();
        return await answer.promise;
      },
    });
    const leaving = session.logout();
    const refused = assert.rejects(leaving, DeviceBusyError);
    await asked.promise;
    const found = initiator.connect(to(target, { existing: 'find' }));
    answer.resolve({ veto: 'not yet' });
    await refused;
    assert.equal(await found, session);
  });

  test('being logged in: concurrent logins are one, and go on while one caller wants them to', async () => {
    let logins = 0;
    await using target = await open('shared', { hooks: { onLogin: () => void (logins += 1) } });
    await using initiator = new Initiator({ name: initiatorName });
    const impatient = new AbortController();
    const wishes = to(target, { isid, existing: 'find' });
    const given = initiator.connect({ ...wishes, signal: impatient.signal });
    const kept = [initiator.connect(wishes), initiator.connect({ ...wishes, existing: 'reinstate' })];
    const refused = assert.rejects(initiator.connect(to(target, { isid })), { code: 'ISCSI_SESSION_EXISTS' });
    impatient.abort(new Error('impatient'));
    await assert.rejects(given, /impatient/);
    await refused;
    const [one, two] = await Promise.all(kept);
    assert.ok(one !== undefined && one === two);
    assert.equal(logins, 1);
    assert.equal(target.sessions().length, 1);
  });

  test('when all callers have gone, so has the login; the next one is another', async () => {
    await using target = await open('given-up');
    const held = target.inject('stall-connection:direction=sent,opcode=login-response,count=1');
    await using initiator = new Initiator({ name: initiatorName });
    const impatient = new AbortController();
    const wishes = to(target, { isid, existing: 'find' });
    const given = [1, 2].map(async () => await initiator.connect({ ...wishes, signal: impatient.signal }));
    await held.hit();
    impatient.abort(new Error('impatient'));
    for (const each of given) await assert.rejects(each, /impatient/);
    const session = await initiator.connect(wishes);
    assert.deepEqual(initiator.sessions, [session]);
    assert.deepEqual(seenAt(target), [isid]);
  });
});

suite('§6.3.5 a login takes the place of the session that there is', () => {
  test('one of ours: it is dropped, its commands end, and the target has one session, a new one', async () => {
    await using target = await open('replaced');
    target.inject('never-answer:command=read');
    await using initiator = new Initiator({ name: initiatorName });
    const old = await initiator.connect(to(target, { reconnects: true }));
    const disk = await old.openDisk(0);
    const reading = disk.read(0, Buffer.alloc(512));
    const ended = assert.rejects(reading, { code: 'ISCSI_SESSION_LOST' });
    const [before] = target.sessions();
    const session = await initiator.connect(to(target, { existing: 'reinstate' }));
    await ended;
    assert.equal((await old.closed).how, 'lost');
    assert.equal(session.isid, old.isid);
    const [after, ...more] = target.sessions();
    assert.deepEqual(more, []);
    assert.equal(after?.isid, old.isid);
    assert.notEqual(after.tsih, before?.tsih);
    assert.deepEqual(initiator.sessions, [session]);
  });

  test('one that a process has left behind when it was killed: it is gone when the login is there', async () => {
    await using target = await open('crashed', { parameters: { errorRecoveryLevel: 2 } });
    const { child } = await spawnLogin(target, '0x80a1a2a30001');
    child.kill('SIGKILL');
    await exitOf(child).catch(() => undefined);
    // At level 2 the target keeps it for Time2Wait and Time2Retain, without a connection.
    const seen = (): readonly number[] => target.sessions().map(({ connections }) => connections.length);
    await eventually(seen, ([connections]) => connections === 0);
    const [left] = target.sessions();
    assert.equal(left?.isid, isid);
    await using initiator = new Initiator({ name: initiatorName });
    const session = await initiator.connect(to(target, { isid }));
    assert.deepEqual(seenAt(target), [isid]);
    assert.notEqual(target.sessions()[0]?.tsih, left.tsih);
    await session.logout();
    assert.deepEqual(seenAt(target), []);
  });
});

suite('§10.1.1 ISIDs are used again conservatively, and never collide', () => {
  test('one for all targets; another for a second session with one; the first again when it is free', async () => {
    await using one = await open('one');
    await using two = await open('two');
    await using initiator = new Initiator({ name: initiatorName });
    const first = await initiator.connect(to(one));
    const elsewhere = await initiator.connect(to(two));
    assert.equal(elsewhere.isid, first.isid);
    assert.notEqual(elsewhere.id, first.id, 'diagnostics tell them apart');
    const [second, third] = await Promise.all([initiator.connect(to(one)), initiator.connect(to(one))]);
    assert.equal(new Set(seenAt(one)).size, 3);
    await first.logout();
    assert.equal((await initiator.connect(to(one))).isid, first.isid);
    await Promise.all([second.logout(), third.logout()]);
    // One that was chosen is not handed out besides.
    const chosen = second.isid;
    await initiator.connect(to(one, { isid: chosen }));
    assert.notEqual((await initiator.connect(to(one))).isid, chosen);
  });

  test('a discovery takes none of them', async () => {
    const seen: number[] = [];
    await using target = await open('discovery', {
      hooks: { onLogout: () => void seen.push(...target.sessions().map((each) => each.isid)) },
    });
    await using initiator = new Initiator({ name: initiatorName });
    const found = await Promise.all([1, 2].map(() => initiator.discover({ portal: target.portals[0]! })));
    assert.deepEqual(found.flat().length, 2);
    const distinct = new Set(seen);
    const session = await initiator.connect(to(target));
    assert.ok(!distinct.has(session.isid));
    assert.equal(distinct.size, 2);
  });

  test('two processes of one initiator name have sessions side by side', async () => {
    await using target = await open('processes');
    const [one, two] = await Promise.all([spawnLogin(target), spawnLogin(target)]);
    assert.notEqual(one.isid, two.isid);
    assert.deepEqual(seenAt(target).sort(), [one.isid, two.isid].sort());
    assert.ok(target.sessions().every((session) => session.initiatorName === initiatorName));
    for (const { child } of [one, two]) {
      child.stdin!.end();
      await exitOf(child);
    }
    assert.deepEqual(seenAt(target), []);
  });
});
