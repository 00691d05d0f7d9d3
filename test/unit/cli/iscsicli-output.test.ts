// `hawser iscsicli`: what lists look like, how commands end that fail, and values that are none.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DeviceBusyError, ServiceError } from '../../../src/base/index.ts';
import { Interruption } from '../../../src/cli/index.ts';
import * as own from '../../../src/cli/iscsicli/header-values.ts';
import * as header from '../../../src/iscsidsc/index.ts';
import { type FakeAnswers, type FakeCall, makeFakeService } from '../../support/answering-service.ts';
import { type CliResult, runCli } from '../../support/cli-world.ts';
import {
  disk,
  sampleConnection,
  sampleDevice,
  sampleId,
  samplePersistentLogin,
  sampleSession,
  sampleTarget,
} from '../../support/sample-answers.ts';

const done = 'The operation completed successfully.\n';
const instance = 'Root\\ISCSIPRT\\0000_0';

async function iscsicli(
  line: string,
  answers: FakeAnswers = {},
): Promise<CliResult & { readonly calls: readonly FakeCall[] }> {
  const { service, calls } = makeFakeService(answers);
  return { ...(await runCli(['iscsicli', ...line.split(' ')], { service })), calls };
}

test('the values of the header that iscsicli has of its own are those of iscsidsc', () => {
  const { TARGET_INFORMATION_CLASS, ...values } = own;
  const all: Readonly<Record<string, unknown>> = {
    ...header,
    ...header.ISCSI_AUTH_TYPES,
    ...header.IKE_AUTHENTICATION_METHOD,
  };
  for (const [name, value] of Object.entries(values)) assert.equal(value, all[name], name);
  for (const [name, value] of Object.entries(TARGET_INFORMATION_CLASS)) {
    assert.equal(value, header.TARGET_INFORMATION_CLASS[name as keyof typeof header.TARGET_INFORMATION_CLASS], name);
  }
});

suite('iscsicli lists', () => {
  test('sessions with their connections', async () => {
    const sessions = [sampleSession(1, { connections: [sampleConnection(1), sampleConnection(2)] })];
    const { stdout } = await iscsicli('SessionList f', { sessions });
    assert.equal(
      stdout,
      `Total of 1 session

Session Id          : ${sampleId(1)}
Initiator Node Name : iqn.2026-11.example:host
Target Node Name    : ${disk}
Target Name         : ${disk}
ISID                : 80 a1 a2 a3 00 01
TSID                : 00 07
Number Connections  : 2

Connections:

    Connection Id    : ${sampleId(0x101)}
    Initiator Portal : 192.0.2.1/40001
    Target Portal    : 192.0.2.10/3260
    CID              : 00 01

    Connection Id    : ${sampleId(0x102)}
    Initiator Portal : 192.0.2.1/40002
    Target Portal    : 192.0.2.10/3260
    CID              : 00 02
${done}`,
    );
  });

  test('sessions with what was agreed for them and their devices', async () => {
    const sessions = [sampleSession(1)];
    const answers = { sessions, session: sessions[0], devices: [sampleDevice(3)], initiator: { instances: [] } };
    const { stdout } = await iscsicli('SessionList T', answers);
    for (const line of [
      'Type                   : Data',
      'Immediate Data         : Yes',
      'Maximum Connections    : 8',
      'Devices:',
      `    Device Interface Name : ${disk}/3`,
      `    Target Name           : ${disk}`,
    ]) {
      assert.ok(stdout.includes(`${line}\n`), `${line}\n${stdout}`);
    }
    assert.match(stdout, /^ {4}Reported Mappings {5}: Port \d+, Bus 0, Target Id 0, LUN 3$/m);
  });

  test('what is known of a target, mechanism by mechanism', async () => {
    const answers = { targets: [sampleTarget], persistentLogins: [] };
    const { stdout } = await iscsicli(`TargetInfo ${disk}`, answers);
    assert.ok(
      stdout.startsWith(`Target Name : ${disk}\n\nDiscovery Mechanism    : SendTargets:192.0.2.10:3260\n`),
      stdout,
    );
    assert.match(stdout, /^Target Alias {11}: for tests$/m);
    assert.match(stdout, /^ {4}Portal : 2001:db8::10 3260$/m);
    const unknown = await iscsicli(`TargetInfo ${disk} Static`, answers);
    assert.match(unknown.stdout, /^ISDSC_DISCOVERY_MECHANISM_NOT_FOUND /m);
  });

  test('persistent targets', async () => {
    const mapping = { osBusNumber: 0, osTargetNumber: 1, luns: [{ osLun: 7, targetLun: '0' }] };
    const persistentLogins = [{ ...samplePersistentLogin, portal: { host: '192.0.2.10', port: 3260 }, mapping }];
    const { stdout } = await iscsicli('ListPersistentTargets', { persistentLogins });
    assert.ok(stdout.startsWith(`Total of 1 persistent target\n\nTarget Name            : ${disk}\n`), stdout);
    assert.match(stdout, /^Address and Socket {5}: 192\.0\.2\.10 3260$/m);
    assert.match(stdout, /^Target LUN 0 : OS LUN 7$/m);
  });

  test('initiators, and where LUNs appear', async () => {
    const initiator = { instances: [{ instance, ports: [] }] };
    assert.equal(
      (await iscsicli('ListInitiators', { initiator })).stdout,
      `Initiators List:\n    ${instance}\n${done}`,
    );
    const answers = { sessions: [sampleSession(1)], devices: [sampleDevice(2)], initiator };
    const { stdout } = await iscsicli('ReportTargetMappings', answers);
    assert.match(stdout, new RegExp(`^Session Id {5}: ${sampleId(1)}$`, 'm'));
    assert.match(stdout, /^Target LUN 2 : OS LUN 2$/m);
  });

  test('with --json, one document: ids and bytes as text', async () => {
    const { service } = makeFakeService({ sessions: [sampleSession(1)] });
    const { stdout } = await runCli(['iscsicli', '--json', 'SessionList', 'f'], { service });
    const document = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(
      [document['command'], document['status'], document['statusName'], document['SessionCount']],
      ['SessionList', 0, 'ERROR_SUCCESS', 1],
    );
    const [session] = document['SessionInfo'] as Record<string, unknown>[];
    assert.deepEqual([session?.['SessionId'], session?.['ISID']], [sampleId(1), '80a1a2a30001']);
  });
});

suite('iscsicli keeps IPsec settings and answers honestly', () => {
  for (const line of [
    `TunnelAddr ${instance} * 192.0.2.10 192.0.2.1 t`,
    'GroupKey akey t',
    `PSKey ${instance} * 0x1 2 host.example akey t`,
    `GetPSKey ${instance} * 2 host.example`,
  ]) {
    test(line, async () => {
      const { stdout, calls } = await iscsicli(line, {
        setTunnelAddress: undefined,
        setPresharedKey: undefined,
        setIkeSettings: undefined,
        ikeSettings: { securityFlags: 1, identity: { idType: 2, id: 'host.example' }, hasKey: true },
        initiator: { instances: [{ instance, ports: [] }] },
      });
      assert.notEqual(calls.length, 0, stdout);
      assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /^The operation completed|^ISDSC_[A-Z_]+ \(0x/);
      assert.ok(!stdout.includes('akey'));
    });
  }
});

suite('iscsicli fails', () => {
  test('with the last 8 bits of the status, its name and its value on the last line', async () => {
    const login = (): never => {
      throw new ServiceError('SERVICE_TARGET_UNKNOWN', 'There is no target iqn.x');
    };
    const { status, stdout, stderr } = await iscsicli(`QLoginTarget ${disk}`, { login });
    assert.equal(status, 0x29);
    assert.equal(stderr, '');
    const [why, last] = stdout.trimEnd().split('\n');
    assert.equal(why, 'There is no target iqn.x');
    assert.match(last ?? '', /^ISDSC_TARGET_NOT_FOUND \(0xefff0029\): /);
  });

  test('naming everybody who holds a device of a session', async () => {
    const logout = (): never => {
      const holders = [{ device: `LUN 0 of ${disk}`, label: 'nightly backup', pid: 4712 }];
      throw new DeviceBusyError('A device is held', { holders });
    };
    const { status, stdout } = await iscsicli(`LogoutTarget ${sampleId(1)}`, { logout });
    assert.notEqual(status, 0);
    const [, holder, last] = stdout.trimEnd().split('\n');
    assert.equal(holder, `LUN 0 of ${disk} is held by nightly backup (pid 4712)`);
    assert.match(last ?? '', /^ISDSC_DEVICE_BUSY_ON_SESSION \(0xefff00/);
  });

  test('with a document where --json is given', async () => {
    const { status, stdout, stderr } = await runCli(['iscsicli', '--json', 'ListTargets']);
    assert.equal(status, 0x3e);
    assert.equal(stderr, '');
    const document = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(document['statusName'], 'ISDSC_SERVICE_NOT_RUNNING');
  });

  test('with the status of the signal where it is interrupted, though a call goes on', async () => {
    const aborter = new AbortController();
    const login = (): Promise<never> => {
      aborter.abort(new Interruption('SIGINT'));
      return new Promise(() => undefined);
    };
    const { service } = makeFakeService({ login });
    const { status, stdout } = await runCli(['iscsicli', 'QLoginTarget', disk], { service, signal: aborter.signal });
    assert.deepEqual([status, stdout], [130, '']);
  });

  test('when nothing answers a ping', async () => {
    const { service } = makeFakeService({});
    const { status, stdout } = await runCli(['iscsicli', 'Ping', '*', '192.0.2.1'], { service, pings: 0 });
    assert.equal(status, 1460 & 0xff);
    assert.match(stdout, /^ERROR_TIMEOUT \(0x000005b4\)/m);
  });
});

suite('iscsicli refuses, before the service is asked, with exit status 2 and the usage', () => {
  for (const line of [
    'NoSuchCommand',
    'RemoveTarget',
    'RemoveTarget *',
    `RemoveTarget ${disk} more`,
    'LogoutTarget 1-2-3',
    'LogoutTarget ffff',
    `LogoutTarget 0x${'f'.repeat(17)}-1`,
    'ListTargets yes',
    `ReadCapacity ${sampleId(1)} -1`,
    `ReadCapacity ${sampleId(1)} 0x10000000000000000`,
    `LoginTarget ${disk} t 192.0.2.10 port * * * * * * * * * * * * * 0`,
    `LoginTarget ${disk} t 192.0.2.10 3260 * 4294967296 * * * * * * * * * * * 0`,
    `LoginTarget ${disk} t 192.0.2.10 3260 * * * * * * * * * * * * * 1 0 0 0`,
    `LoginTarget ${disk} t 192.0.2.10 3260 * * * * * * * * * * * * * 2 0 0 0 0 1 0 1 1`,
    `AddConnection ${sampleId(1)} * * * 3260`,
    'GroupKey akey',
  ]) {
    test(line, async () => {
      const { status, stdout, stderr, calls } = await iscsicli(line);
      assert.equal(status, 2, stdout);
      assert.equal(stdout, '');
      assert.match(stderr, /^hawser: [^\n]*iscsicli[^\n]*\n$/);
      assert.deepEqual(calls, []);
    });
  }
});
