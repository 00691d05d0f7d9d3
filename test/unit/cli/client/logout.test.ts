// `hawser logout`: which sessions it ends, what it says of each, and with which status it ends itself.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DeviceBusyError, IscsiError, ServiceError } from '../../../../src/base/index.ts';
import type { LogoutInfo, LogoutInput } from '../../../../src/service/index.ts';
import { makeFakeService } from '../../../support/answering-service.ts';
import { runCli } from '../../../support/cli-world.ts';
import { disk, sampleId, sampleSession } from '../../../support/sample-answers.ts';

const other = 'iqn.2026-11.example:other';
const sessions = [sampleSession(1), sampleSession(2), sampleSession(0x11, { targetName: other })];
const clean: LogoutInfo = { isClean: true, error: undefined, holders: [], unknownWrites: [], flushErrors: [] };
const holders = [
  { device: `LUN 0 of ${disk}`, label: 'nightly backup', pid: 4712, reason: 'it is not done yet' },
  { device: `LUN 1 of ${disk}`, label: 'mount', pid: 4713 },
];
const busy = new DeviceBusyError('Two devices are held', { holders });

suite('logout', () => {
  test('ends one session, named by the end of its id', async () => {
    const { service, calls } = makeFakeService({ sessions, logout: clean });
    const { status, stdout } = await runCli(['logout', '0002'], { service });
    assert.equal(status, 0);
    assert.equal(stdout, `Logged out of ${disk} (${sampleId(2)})\n`);
    assert.deepEqual(calls.at(-1), ['logout', { sessionId: sampleId(2) }]);
  });

  test('of a target ends all sessions with it, and of --all every one', async () => {
    for (const [argument, numbers] of [
      [disk, [1, 2]],
      ['--all', [1, 2, 0x11]],
    ] as const) {
      const { service, calls } = makeFakeService({ sessions, logout: clean });
      const { status, stdout } = await runCli(['logout', argument], { service });
      assert.equal(status, 0);
      const ended = calls.filter(([name]) => name === 'logout').map(([, input]) => input);
      assert.deepEqual(
        ended,
        numbers.map((number) => ({ sessionId: sampleId(number) })),
      );
      assert.equal(stdout.split('\n').length - 1, numbers.length);
    }
  });

  test('has one form with --json, however many sessions it ends', async () => {
    const { service } = makeFakeService({ sessions, logout: clean });
    for (const [argument, count] of [
      ['0002', 1],
      [disk, 2],
    ] as const) {
      const { stdout } = await runCli(['logout', argument, '--json'], { service });
      const document = JSON.parse(stdout) as { sessions: { isClean: boolean }[] };
      assert.deepEqual(
        document.sessions.map(({ isClean }) => isClean),
        Array.from({ length: count }, () => true),
      );
    }
  });

  test('passes force and the deadline on', async () => {
    const { service, calls } = makeFakeService({ sessions, logout: clean });
    await runCli(['logout', other, '--force', '--deadline', '2.5'], { service });
    const input = { sessionId: sampleId(0x11), force: true, drainTimeoutMs: 2500, askTimeoutMs: 2500 };
    assert.deepEqual(calls.at(-1), ['logout', input]);
  });

  test('tells what it cost: who lost a device, which writes nobody knows of, which flush failed', async () => {
    const logout: LogoutInfo = {
      isClean: false,
      error: { code: 'ISCSI_LOGOUT_TIMEOUT', message: 'The target did not answer' },
      holders: [holders[1]!],
      unknownWrites: [{ device: `LUN 0 of ${disk}`, offset: 4096, length: 65_536 }],
      flushErrors: [{ code: 'SCSI_CHECK_CONDITION', message: 'Medium error' }],
    };
    const { service } = makeFakeService({ sessions, logout });
    const { status, stdout } = await runCli(['logout', other, '--force'], { service });
    assert.equal(status, 0);
    assert.equal(
      stdout,
      `Ended the session with ${other} (${sampleId(0x11)}) without the target's word
  The target did not answer (ISCSI_LOGOUT_TIMEOUT)
  by force: LUN 1 of ${disk} is held by mount (pid 4713)
  unknown whether it was written: 64 KiB at offset 4096 of LUN 0 of ${disk}
  the flush failed: Medium error (SCSI_CHECK_CONDITION)
`,
    );
  });

  test('that is refused names the holders, one a line, and ends with the status of ISCSI_DEVICE_BUSY', async () => {
    const logout = (): never => {
      throw busy;
    };
    const { service } = makeFakeService({ sessions, logout });
    const told = await runCli(['logout', other], { service });
    assert.equal(told.stdout, '');
    assert.equal(
      told.stderr,
      `hawser: Two devices are held (ISCSI_DEVICE_BUSY)
  LUN 0 of ${disk} is held by nightly backup (pid 4712): it is not done yet
  LUN 1 of ${disk} is held by mount (pid 4713)
`,
    );
    const documented = await runCli(['logout', other, '--json'], { service });
    assert.equal(documented.status, told.status);
    const { error } = JSON.parse(documented.stdout) as { error: Record<string, unknown> };
    assert.deepEqual([error['code'], error['holders']], ['ISCSI_DEVICE_BUSY', holders]);
  });

  test('of several tells of each, and ends with the status of the first that was refused', async () => {
    const logout = ({ sessionId }: LogoutInput): LogoutInfo => {
      if (sessionId === sampleId(2)) throw busy;
      return clean;
    };
    const { service } = makeFakeService({ sessions, logout });
    const told = await runCli(['logout', '--all'], { service });
    assert.notEqual(told.status, 0);
    assert.equal(
      told.stdout,
      `Logged out of ${disk} (${sampleId(1)})
Not logged out of ${disk} (${sampleId(2)}): Two devices are held (ISCSI_DEVICE_BUSY)
  LUN 0 of ${disk} is held by nightly backup (pid 4712): it is not done yet
  LUN 1 of ${disk} is held by mount (pid 4713)
Logged out of ${other} (${sampleId(0x11)})
`,
    );
    const { stdout } = await runCli(['logout', '--all', '--json'], { service });
    const document = JSON.parse(stdout) as {
      sessions: { sessionId: string; error?: { code: string } }[];
      error: { code: string };
    };
    assert.equal(document.error.code, 'ISCSI_DEVICE_BUSY');
    assert.deepEqual(
      document.sessions.map(({ sessionId, error }) => [sessionId, error?.code]),
      [
        [sampleId(1), undefined],
        [sampleId(2), 'ISCSI_DEVICE_BUSY'],
        [sampleId(0x11), undefined],
      ],
    );
  });

  test('needs sessions or --all, and not both', async () => {
    const { service, calls } = makeFakeService({});
    for (const line of [['logout'], ['logout', '0001', '--all']]) {
      assert.equal((await runCli(line, { service })).status, 2);
    }
    assert.deepEqual(calls, []);
  });

  test('of nothing there is no failure: --all without a session', async () => {
    const { service } = makeFakeService({ sessions: [] });
    const { status, stdout } = await runCli(['logout', '--all'], { service });
    assert.deepEqual([status, stdout], [0, 'No sessions\n']);
  });
});

suite('a session is found', () => {
  async function ended(text: string): Promise<unknown> {
    const { service, calls } = makeFakeService({ sessions, logout: clean });
    const { status, stderr } = await runCli(['logout', text], { service });
    if (status !== 0) return [status, stderr];
    return calls.filter(([name]) => name === 'logout').map(([, input]) => (input as LogoutInput).sessionId);
  }

  test('by its whole id in either case, or by the end of it', async () => {
    assert.deepEqual(await ended(sampleId(0x11).toUpperCase()), [sampleId(0x11)]);
    assert.deepEqual(await ended('0011'), [sampleId(0x11)]);
    assert.deepEqual(await ended('4000013700000011'), [sampleId(0x11)]);
  });

  test('by the name of its target, in either case', async () => {
    assert.deepEqual(await ended(other.toUpperCase()), [sampleId(0x11)]);
  });

  test('not by a part that several have: exit status 2, all named', async () => {
    const [status, stderr] = (await ended('9f3a')) as [number, string];
    assert.equal(status, 2);
    for (const { sessionId } of sessions) assert.ok(stderr.includes(sessionId));
  });

  test('not by fewer than four digits, nor where there is none: SERVICE_SESSION_UNKNOWN', async () => {
    for (const text of ['1', '011', 'ffff', 'iqn.2026-11.example:third']) {
      const { service } = makeFakeService({ sessions });
      const { status, stderr } = await runCli(['logout', text], { service });
      assert.equal(status, 116, stderr);
      assert.ok(stderr.includes(text));
    }
  });

  test('a target with several sessions names none where one is needed', async () => {
    const { service } = makeFakeService({ sessions });
    const { status, stderr } = await runCli(['session', 'show', disk], { service });
    assert.equal(status, 2);
    assert.ok(stderr.includes(sampleId(1)) && stderr.includes(sampleId(2)));
  });

  test('a connection of another session is SERVICE_CONNECTION_UNKNOWN', async () => {
    const { service } = makeFakeService({ sessions });
    const { status } = await runCli(['connections', 'remove', '0001', '9'], { service });
    assert.equal(status, 117);
  });
});

test('a field that is wrong is named', async () => {
  const login = (): IscsiError => {
    throw new ServiceError('SERVICE_BAD_REQUEST', 'Must be a number', { field: 'loginOptions.connections' });
  };
  const { service } = makeFakeService({ login });
  const { status, stderr } = await runCli(['login', disk], { service });
  assert.equal(status, 107);
  assert.equal(stderr, 'hawser: Must be a number (SERVICE_BAD_REQUEST, loginOptions.connections)\n');
});
