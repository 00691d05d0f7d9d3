// The classes of events, each fired by the real thing: refused logins, faults of the target, lines that are cut.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Target } from 'hawser/target';
import { EVENTLOG_MESSAGE, textOf, type WmiEvent, type WmiProvider } from 'hawser/wmi';
import { eventOf, targetName } from '../service/service-lab.ts';
import { openLab, type WmiLab } from './wmi-lab.ts';

const password = 'a-chap-secret-1';

/** What the provider tells, from the making of this on. */
class Told {
  readonly events: WmiEvent[] = [];
  readonly #wmi: WmiProvider;

  constructor(wmi: WmiProvider) {
    this.#wmi = wmi;
    wmi.onEvent((event) => this.events.push(event));
  }

  /** The codes of the event log, without the beginning of their names. */
  get codes(): string[] {
    return this.events.flatMap((event) => {
      if (event.className !== 'MSiSCSI_Eventlog') return [];
      const { Type } = event.value;
      const [name = `${Type}`] = Object.entries(EVENTLOG_MESSAGE).find(([, code]) => code === Type) ?? [];
      return [name.replace(/^ISCSI_(?:ERR_)?/, '')];
    });
  }

  /** The types of failed logins and logouts. */
  get nodeFailures(): unknown[] {
    return this.events.flatMap((event) =>
      event.className === 'MSiSCSI_InitiatorNodeFailureEvent'
        ? [[event.value.FailureType, event.value.TargetFailureName, textOf(event.value.TargetFailureAddr)]]
        : [],
    );
  }

  /** The types of failed sessions. */
  get instanceFailures(): unknown[] {
    return this.events.flatMap((event) =>
      event.className === 'MSiSCSI_InitiatorInstanceFailureEvent'
        ? [[event.value.FailureType, event.value.RemoteNodeName]]
        : [],
    );
  }

  /** Resolves when an event of the log has this code, or when what is told is enough. */
  async until(enough: string | ((told: Told) => boolean)): Promise<void> {
    const isEnough = (): boolean => (typeof enough === 'string' ? this.codes.includes(enough) : enough(this));
    if (isEnough()) return;
    await new Promise<void>((resolve) => {
      const stop = this.#wmi.onEvent(() => {
        if (!isEnough()) return;
        stop();
        resolve();
      });
    });
  }
}

/** A lab with a target that is known, and a session of which everything is told from after its login on. */
async function loggedIn(
  world: WmiLab,
  target: Target & { readonly portal: { readonly host: string; readonly port: number } },
): Promise<{ readonly told: Told; readonly sessionId: string }> {
  const { lab, wmi } = world;
  await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
  const loginOptions = { headerDigest: 'crc32c', dataDigest: 'crc32c', defaultTime2Wait: 0 } as const;
  const { sessionId } = await lab.service.login({ targetName, loginOptions });
  return { told: new Told(wmi), sessionId };
}

suite('logins and logouts that fail', () => {
  test('a wrong CHAP secret, a target that cannot prove itself, a portal that is dead: each once, with its portal', async () => {
    await using world = await openLab();
    const { lab, wmi } = world;
    const chap = { user: 'host', secret: password, mutual: { user: 'target', secret: 'the-targets-own-1' } };
    const target = await lab.target({ chap });
    await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
    const told = new Told(wmi);
    const login = async (secret: string, authType: 'chap' | 'mutualChap'): Promise<void> => {
      const loginOptions = { authType, userName: 'host', password: secret };
      await assert.rejects(lab.service.login({ targetName, loginOptions }));
    };
    await login('a-wrong-secret-1', 'chap');
    await lab.service.setChapSecret({ secret: 'not-the-targets-1' });
    await login(password, 'mutualChap');
    await target.destroy();
    await login(password, 'chap');
    assert.deepEqual(told.codes, ['LOGIN_FAILED', 'INVALID_CHAP_RESPONSE', 'TDI_CONNECT_FAILED']);
    assert.deepEqual(
      told.nodeFailures,
      [1, 2, 0].map((type) => [type, targetName, '127.0.0.1']),
    );
    assert.deepEqual(told.instanceFailures, []);
    for (const { instanceName } of told.events) assert.equal(instanceName, world.adapter.name);
    const times = told.events.flatMap((event) =>
      event.className === 'MSiSCSI_InitiatorNodeFailureEvent' ? [event.value.FailureTime] : [],
    );
    const now = BigInt(Date.now()) * 10_000n + 116_444_736_000_000_000n;
    for (const time of times) assert.ok(now - time >= 0n && now - time < 600_000_000n, `${now - time}`);
  });

  test('a logout that the target asks for and does not answer', async () => {
    const limits = { reconnectIntervalMs: 50, pingIntervalMs: 0, logoutTimeoutMs: 200 };
    await using world = await openLab({ sessionDefaults: { limits } });
    const target = await world.lab.target();
    const { told } = await loggedIn(world, target);
    const silent = target.inject('silent-logout');
    target.sessions()[0]?.requestLogout({ seconds: 1 });
    await told.until('INFO_RECONNECTED_TO_TARGET');
    silent.remove();
    const expected = ['INFO_RECEIVED_ASYNC_LOGOUT', 'ASYNC_LOGOUT_TIMED_OUT', 'INFO_RECONNECTED_TO_TARGET'];
    assert.deepEqual(told.codes, expected);
  });

  test('a logout that is not answered', async () => {
    await using world = await openLab();
    const target = await world.lab.target();
    const { told, sessionId } = await loggedIn(world, target);
    target.inject('silent-logout');
    const { isClean } = await world.lab.service.logout({ sessionId });
    assert.equal(isClean, false);
    assert.deepEqual(told.codes, ['LOGOUT_TIMED_OUT']);
    assert.deepEqual(told.nodeFailures, [[4, targetName, '127.0.0.1']]);
  });
});

suite('sessions that fail', () => {
  test('a line that is cut is lost and comes back; it is no digest, timeout or format error', async () => {
    await using world = await openLab();
    const target = await world.lab.target();
    const { told } = await loggedIn(world, target);
    target.sessions()[0]?.cut();
    await told.until('INFO_RECONNECTED_TO_TARGET');
    assert.deepEqual(told.codes, ['CONNECTION_LOST', 'INFO_RECONNECTED_TO_TARGET']);
    assert.deepEqual([told.instanceFailures, told.nodeFailures], [[], []]);
  });

  test('a wrong digest, and a header that breaks the rules, have their codes before the loss', async () => {
    await using world = await openLab();
    const target = await world.lab.target();
    const { told, sessionId } = await loggedIn(world, target);
    const disk = await world.lab.service.openDisk(sessionId, 0);
    for (const fault of ['corrupt-header', 'corrupt-header:at=0,mask=31,digest=right']) {
      const handle = target.inject(`${fault}${fault.includes(':') ? ',' : ':'}opcode=data-in,count=1`);
      await disk.read(0, Buffer.alloc(4096));
      handle.remove();
    }
    await disk.close();
    const lost = ['CONNECTION_LOST', 'INFO_RECONNECTED_TO_TARGET'];
    assert.deepEqual(told.codes, ['HEADER_DIGEST_ERROR', ...lost, 'UNKNOWN_ISCSI_OPCODE', ...lost]);
    assert.deepEqual(told.instanceFailures, [
      [0, targetName],
      [2, targetName],
    ]);
  });

  test('a target that does not answer pings, and a command that is stuck', async () => {
    const limits = {
      connectTimeoutMs: 2000,
      loginTimeoutMs: 2000,
      reconnectIntervalMs: 50,
      pingIntervalMs: 100,
      pingTimeoutMs: 100,
      taskTimeoutMs: 200,
      abortTimeoutMs: 200,
      logoutTimeoutMs: 1000,
    };
    await using world = await openLab({ sessionDefaults: { limits } });
    const target = await world.lab.target();
    const { told, sessionId } = await loggedIn(world, target);
    const silent = target.inject('stall-connection:opcode=nop-in,count=1');
    await told.until('INFO_RECONNECTED_TO_TARGET');
    silent.remove();
    assert.deepEqual(told.codes, ['NOP_TIMED_OUT', 'CONNECTION_LOST', 'INFO_RECONNECTED_TO_TARGET']);
    assert.deepEqual(told.instanceFailures, [[1, targetName]]);
    told.events.length = 0;
    const disk = await world.lab.service.openDisk(sessionId, 0);
    target.inject('never-answer:command=read,count=1');
    target.inject('drop-task-management:count=1');
    await disk.read(0, Buffer.alloc(4096)).catch(() => undefined);
    await disk.close();
    assert.deepEqual(told.codes, ['SCSI_REQUEST_TIMEOUT', 'TASKMGMT_TIMED_OUT', 'DEVICE_RESET']);
  });

  test('one that the target asks to leave, and that does not come back, is not recovered', async () => {
    const limits = { reconnectIntervalMs: 50, replacementTimeoutMs: 300, pingIntervalMs: 0, logoutTimeoutMs: 200 };
    await using world = await openLab({ sessionDefaults: { limits } });
    const target = await world.lab.target();
    const { told } = await loggedIn(world, target);
    const refused = target.inject('refuse-login:count=0');
    target.sessions()[0]?.requestLogout({ seconds: 1 });
    await told.until('FAILED_TO_RECOVER_SESSION_AFTER_ASYNCLOGOUT');
    refused.remove();
    await told.until('INFO_RECONNECTED_TO_TARGET');
    const codes = told.codes.filter((code, index, all) => code !== 'LOGIN_FAILED' || all[index - 1] !== code);
    assert.deepEqual(
      codes.filter((code) => code !== 'LOGIN_FAILED'),
      ['INFO_RECEIVED_ASYNC_LOGOUT', 'FAILED_TO_RECOVER_SESSION_AFTER_ASYNCLOGOUT', 'INFO_RECONNECTED_TO_TARGET'],
    );
    assert.ok(codes.includes('LOGIN_FAILED'), 'the attempts in between');
  });
});

suite('discovery', () => {
  test('MSiSCSI_AdapterEvent: targets that come and go, from any source', async () => {
    await using world = await openLab();
    const { lab, wmi, adapter } = world;
    const target = await lab.target();
    const told = new Told(wmi);
    await lab.service.addPortal(target.portal);
    await lab.service.refreshPortal(target.portal);
    await lab.service.removePortal(target.portal);
    await lab.service.addStaticTarget({ targetName: 'iqn.2026-11.test:static' });
    await lab.service.removeStaticTarget({ targetName: 'iqn.2026-11.test:static' });
    await told.until(({ events }) => events.length >= 4);
    const expected = { UniqueAdapterId: adapter.adapterId, EventCode: 3 };
    assert.deepEqual(
      told.events.map(({ className, instanceName, value }) => [className, instanceName, value]),
      Array.from({ length: 4 }, () => ['MSiSCSI_AdapterEvent', adapter.name, expected]),
    );
  });

  test('a SendTargets portal that does not answer the question', async () => {
    const limits = { textTimeoutMs: 100, logoutTimeoutMs: 100, connectTimeoutMs: 2000, loginTimeoutMs: 2000 };
    await using world = await openLab({ sessionDefaults: { limits } });
    const { lab, wmi } = world;
    const target = await lab.target();
    const told = new Told(wmi);
    target.inject('stall-connection:opcode=text-response,direction=sent');
    await lab.service.addPortal(target.portal);
    await told.until('SENDTARGETS_TIMED_OUT');
    assert.deepEqual(told.codes, ['SENDTARGETS_TIMED_OUT']);
  });
});

test('a provider that is closed leaves the adapter and tells nothing more', async () => {
  await using world = await openLab();
  const { lab, wmi, adapter } = world;
  const names = ['trouble', 'portalFailed', 'connectionLost', 'loggedOut', 'sessionGone'] as const;
  const before = names.map((name) => adapter.events.listenerCount(name));
  const told = new Told(wmi);
  wmi.close();
  const after = names.map((name) => adapter.events.listenerCount(name));
  assert.ok(
    after.every((count, index) => count < (before[index] ?? 0)),
    `${before.join()} ${after.join()}`,
  );
  const target = await lab.target();
  await lab.service.addPortal(target.portal);
  await lab.service.login({ targetName, loginOptions: { defaultTime2Wait: 0 } });
  const back = eventOf(lab.service, 'sessionBack');
  target.sessions()[0]?.cut();
  await back;
  assert.deepEqual(told.events, []);
});
