// The commands of the service against a service: what they say is what the target sees.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { createMemoryDevice } from '../../../src/block/index.ts';
import { Interruption } from '../../../src/cli/index.ts';
import type { DeviceInfo, ServiceEvent, SessionInfo } from '../../../src/service/index.ts';
import { listenTarget, type Target } from '../../../src/target/index.ts';
import { Kept } from '../../support/cli-world.ts';
import { eventually } from '../../support/eventually.ts';
import { hawser } from '../../support/hawser-program.ts';
import { openServiceDesk, type ServiceDesk } from '../../support/service-desk.ts';
import { makeTempDir } from '../../support/temp.ts';

const name = 'iqn.2026-11.example:disk';
const wholeId = /[0-9a-f]{16}-[0-9a-f]{16}/;

async function openTarget(changes: Partial<Parameters<typeof listenTarget>[0]> = {}): Promise<Target> {
  return await listenTarget({
    name,
    luns: [0, 1].map((lun) => ({ lun, device: createMemoryDevice(8 << 20) })),
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 4 },
    ...changes,
  });
}

function portalOf(target: Target): string {
  const [{ host, port } = { host: '', port: 0 }] = target.portals;
  return `${host}:${port}`;
}

suite('the commands of the service', () => {
  let target: Target;
  let desk: ServiceDesk;
  before(async () => {
    target = await openTarget();
    desk = await openServiceDesk();
  });
  after(async () => {
    await desk[Symbol.asyncDispose]();
    await target.close();
  });

  async function sessions(): Promise<SessionInfo[]> {
    return (await desk.document(['sessions']))['sessions'] as SessionInfo[];
  }

  test('a portal tells of the target, which is then known', async () => {
    assert.match(
      await desk.text(['portals', 'add', portalOf(target)]),
      new RegExp(`^${portalOf(target)} .* 1 .* ok$`, 'm'),
    );
    assert.match(await desk.text(['targets']), new RegExp(`^${name} +0 +SendTargets:${portalOf(target)} `, 'm'));
  });

  test('login gives a session with as many connections as asked for; a second one is content with it', async () => {
    const first = await desk.document(['login', name, '--connections', '2']);
    assert.equal(first['wasThere'], false);
    const second = await desk.document(['login', name]);
    assert.deepEqual(second, { ...first, wasThere: true });
    const [session, ...others] = await sessions();
    assert.deepEqual(others, []);
    assert.deepEqual([session?.sessionId, session?.connections.length], [first['sessionId'], 2]);
    assert.equal(target.sessions()[0]?.connections.length, 2);
  });

  test('connections are added, and removed by their number; the leading one stays', async () => {
    await desk.text(['connections', 'add', name]);
    assert.equal(target.sessions()[0]?.connections.length, 3);
    await desk.text(['connections', 'remove', name, '3']);
    await desk.text(['connections', 'remove', name, '2']);
    assert.equal(target.sessions()[0]?.connections.length, 1);
    const { status, stderr } = await desk.run(['connections', 'remove', name, '1']);
    assert.notEqual(status, 0);
    assert.match(stderr, /\(ISCSI_(LAST|LEADING)_CONNECTION\)$/m);
  });

  test('a policy is what session show shows', async () => {
    await desk.text(['session', 'policy', name, 'round-robin']);
    assert.match(await desk.text(['session', 'show', name]), /^Policy +round-robin$/m);
  });

  test('a device that is held keeps its session: the logout is refused and names who holds it', async () => {
    const { devices } = (await desk.document(['devices'])) as { devices: DeviceInfo[] };
    assert.deepEqual(
      devices.map(({ path }) => path),
      [`${name}/0`, `${name}/1`],
    );
    const hold = (await desk.text(['devices', 'hold', `${name}/0`, '--label', 'nightly backup', '--pid', '12'])).trim();
    const refused = await desk.run(['logout', name]);
    assert.equal(refused.status, 75);
    assert.match(refused.stderr, /^ {2}.*LUN 0 .* is held by nightly backup \(pid 12\)/m);
    assert.equal(target.sessions().length, 1);
    await desk.text(['devices', 'release', hold]);
    assert.match(await desk.text(['logout', name]), /^Logged out of /);
    assert.equal(target.sessions().length, 0);
    assert.deepEqual(await sessions(), []);
  });

  test('events and --watch tell of a login as it happens', async () => {
    const aborter = new AbortController();
    const [events, tables] = [new Kept(), new Kept()];
    const running = [
      desk.run(['events', '--json'], { signal: aborter.signal, stdout: events }),
      desk.run(['sessions', '--watch'], { signal: aborter.signal, stdout: tables }),
    ];
    // A stream that is being opened misses what happens before; so it happens again until it is seen.
    await eventually(
      async () => {
        const { sessionId } = await desk.document(['login', name]);
        await desk.text(['logout', String(sessionId)]);
        return [events.text, tables.text] as const;
      },
      ([lines, shown]) => lines.includes('"sessionLoggedOut"') && shown.includes(name) && shown.includes('No sessions'),
    );
    aborter.abort(new Interruption('SIGINT'));
    for (const { status } of await Promise.all(running)) assert.equal(status, 0);
    const seen = events.text.trimEnd().split('\n');
    assert.ok(seen.some((line) => (JSON.parse(line) as ServiceEvent).type === 'sessionLoggedIn'));
  });

  test('a persistent login is carried out when the service starts again', async () => {
    await desk.text(['login', name, '--persistent']);
    await desk.text(['persistent', 'bind']);
    await desk.restart();
    await desk.text(['persistent', 'wait', '--timeout', '20']);
    assert.match(await desk.text(['persistent']), new RegExp(`^${name} .* ${wholeId.source} `, 'm'));
    assert.equal((await sessions()).length, 1);
    await desk.text(['persistent', 'clear']);
    await desk.text(['persistent', 'remove', name]);
    await desk.text(['logout', name]);
    assert.equal(await desk.text(['persistent']), 'No persistent logins\n');
  });

  test('status is what there is', async () => {
    assert.match(await desk.text(['status']), /^Sessions +0 with 0 connections$/m);
    assert.match(await desk.text(['initiator']), /^Name +iqn\./m);
  });

  test('a target that is not known: SERVICE_TARGET_UNKNOWN', async () => {
    const { status, stderr } = await desk.run(['login', 'iqn.2026-11.example:other']);
    assert.equal(status, 114, stderr);
  });

  test('the program itself finds the socket by HAWSER_SOCKET', async () => {
    const { status, stdout, stderr } = await hawser(['status', '--json'], { env: { HAWSER_SOCKET: desk.socketPath } });
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as { pid: number }).pid, process.pid);
    const nobody = await hawser(['status', '--socket', `${desk.socketPath}.not`]);
    assert.equal(nobody.status, 106);
    assert.match(nobody.stderr, /^hawser: .*\(SERVICE_NOT_RUNNING\)\n$/);
  });
});

suite('a target with CHAP', () => {
  const secrets = ['the secret of us', 'the one of it it'] as const;

  test('is logged in to with secrets that come from standard input, and are never shown', async () => {
    const [ours, theirs] = secrets;
    await using desk = await openServiceDesk();
    const target = await openTarget({
      chap: { user: 'us', secret: ours, mutual: { user: 'it', secret: theirs } },
      chapForDiscovery: false,
    });
    try {
      await desk.text(['portals', 'add', portalOf(target)]);
      await desk.text(['secrets', 'set-chap', '--secret-file', '-'], { stdin: `${theirs}\n` });
      const login = ['login', name, '--chap-user', 'us', '--chap-secret-file', '-', '--mutual', '--persistent'];
      const wrong = await desk.run(login, { stdin: 'some other secret' });
      assert.notEqual(wrong.status, 0);
      assert.match(wrong.stderr, /ISCSI_AUTH_FAILED/);
      const printed = [
        await desk.text(login, { stdin: ours }),
        await desk.text(['session', 'show', name, '--json']),
        await desk.text(['persistent', '--json']),
        await desk.text(['secrets']),
        await desk.text(['status', '--json']),
        await desk.text(['iscsicli', 'ListPersistentTargets']),
        wrong.stdout + wrong.stderr,
      ].join('');
      assert.match(printed, /"authType": "mutualChap"/);
      for (const secret of secrets) {
        assert.ok(!printed.includes(secret));
        assert.ok(!printed.includes(Buffer.from(secret).toString('hex')));
      }
      await desk.text(['persistent', 'remove', name]);
      await desk.text(['logout', name]);
    } finally {
      await target.close();
    }
  });
});

suite('iscsicli against a service', () => {
  let target: Target;
  let desk: ServiceDesk;
  before(async () => {
    target = await openTarget();
    desk = await openServiceDesk();
  });
  after(async () => {
    await desk[Symbol.asyncDispose]();
    await target.close();
  });

  /** Runs a command; with exit status 0 its last line says so. */
  async function iscsicli(...argv: string[]): Promise<{ status: number; stdout: string; last: string }> {
    const { status, stdout } = await desk.run(['iscsicli', ...argv]);
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    assert.equal(status === 0, last === 'The operation completed successfully.', stdout);
    return { status, stdout, last };
  }

  test("a vendor's script runs: portal, list, login, sessions, SCSI commands, logout", async () => {
    const [{ host, port } = { host: '', port: 0 }] = target.portals;
    await iscsicli('AddTargetPortal', host, String(port));
    assert.match((await iscsicli('ListTargets', 't')).stdout, new RegExp(`^ +${name}$`, 'm'));
    const line = `LoginTarget ${name} t ${host} ${port} Root\\ISCSIPRT\\0000_0 -1 * 0x00000002 * * * * * * * * * 0`;
    const { stdout } = await iscsicli(...line.split(' '));
    const id = /^Session Id +: (\S+)$/m.exec(stdout)?.[1] ?? '';
    assert.match(id, wholeId);
    assert.equal(target.sessions().length, 1);
    const list = (await iscsicli('SessionList')).stdout;
    assert.match(list, new RegExp(`^Session Id +: ${id}$`, 'm'));
    assert.match(list, new RegExp(`^Target Name +: ${name}$`, 'm'));
    assert.match((await iscsicli('ScsiInquiry', id, '0', '0', '0')).stdout, /HAWSER/);
    assert.match((await iscsicli('ReadCapacity', id, '0')).stdout, /^SCSI Status +: 0$/m);
    assert.match((await iscsicli('ReportLUNs', id)).stdout, /^Response Length +: 24$/m);
    const second = await iscsicli('LoginTarget', ...line.split(' ').slice(1));
    assert.equal(target.sessions().length, 2, 'the multipath flag asks for another session');
    for (const text of [stdout, second.stdout]) {
      await iscsicli('LogoutTarget', `0x${/^Session Id +: (\S+)$/m.exec(text)?.[1] ?? ''}`);
    }
    assert.equal(target.sessions().length, 0);
  });

  test('refusals end with the status of the Discovery Library', async () => {
    const { stdout } = await iscsicli('QLoginTarget', name);
    const [session = '', connection = ''] = [...stdout.matchAll(new RegExp(wholeId.source, 'g'))].map(([id]) => id);
    const leading = await iscsicli('RemoveConnection', session, connection);
    assert.match(leading.last, /^ISDSC_(CANNOT_REMOVE_LEADING|CANT_REMOVE_LAST)_CONNECTION \(0x/);
    const again = await iscsicli('QLoginTarget', name);
    assert.match(again.last, /^ISDSC_TARGET_ALREADY_LOGGED_IN \(0x/);
    await iscsicli('LogoutTarget', session);
    const gone = await iscsicli('LogoutTarget', session);
    assert.equal(gone.status, 0x1c);
    assert.match(gone.last, /^ISDSC_INVALID_SESSION_ID \(0xefff001c\)/);
    const unknown = await iscsicli('QLoginTarget', 'iqn.2026-11.example:other');
    assert.equal(unknown.status, 0x29);
  });

  test('Ping asks by the program that the host has for it', async () => {
    await using dir = await makeTempDir();
    const asked = ['iscsicli', 'Ping', '*', '192.0.2.10', '2', '64', '1'];
    const env = { HAWSER_SOCKET: desk.socketPath, PATH: dir.path };
    const nowhere = await hawser(asked, { env });
    assert.match(nowhere.stdout, /^The program ping cannot be run: .*\nISDSC_REQUEST_NOT_SUPPORTED /);
    const script = '#!/bin/sh\necho "$@" >&2\necho "2 packets transmitted, 1 received, 50% packet loss"\nexit 1\n';
    await writeFile(dir.file('ping'), script, { mode: 0o755 });
    const answered = await hawser(asked, { env });
    assert.equal(answered.status, 0, answered.stdout);
    assert.match(answered.stdout, /^1 of 2 requests of 64 bytes to 192\.0\.2\.10 were answered$/m);
  });

  test('a persistent login is kept and not carried out', async () => {
    const [{ host, port } = { host: '', port: 0 }] = target.portals;
    const values = `${name} t ${host} ${port} Root\\ISCSIPRT\\0000_0 -1 * 0x2 * * * * * * * * * 0`;
    await iscsicli('PersistentLoginTarget', ...values.split(' '));
    const listed = (await iscsicli('ListPersistentTargets')).stdout;
    assert.match(listed, new RegExp(`^Target Name +: ${name}$`, 'm'));
    assert.match(listed, new RegExp(`^Address and Socket +: ${host} ${port}$`, 'm'));
    await iscsicli('RemovePersistentTarget', '*', name, '*', host, String(port));
    assert.match((await iscsicli('ListPersistentTargets')).stdout, /^Total of 0 persistent targets$/m);
  });
});
