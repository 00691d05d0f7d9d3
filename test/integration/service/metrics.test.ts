// What the service counts and writes of itself.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { logService } from 'hawser/service';
import { codeOf, eventOf, openLab, targetName } from './service-lab.ts';

const password = 'never to be seen';

suite('metrics and log of the service', () => {
  test('metrics: sessions, commands and bytes by target, latencies, logins and discoveries by result', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    await service.addPortal(target.portal);
    await service.addPortal({ host: '127.0.0.1', port: 1 });
    const { sessionId } = await service.login({ targetName });
    const portal = { host: '127.0.0.1', port: 1 };
    assert.equal(await codeOf(service.login({ targetName, portal, existing: 'add' })), 'ISCSI_CONNECT_FAILED');
    const disk = await service.openDisk(sessionId, 0);
    await disk.read(0, Buffer.alloc(4096));
    const text = await service.metrics.metrics();
    const labels = `target="${targetName}",session="${sessionId}"`;
    const expected = [
      /hawser_sessions\{state="loggedIn"\} 1/,
      /hawser_devices 1/,
      new RegExp(`hawser_commands_total\\{${labels}\\} [1-9]`),
      new RegExp(`hawser_received_bytes_total\\{${labels}\\} [1-9]\\d{3}`),
      new RegExp(`hawser_command_duration_seconds_count\\{target="${targetName}"\\} [1-9]`),
      /hawser_logins_total\{result="ok",code=""\} 1/,
      /hawser_logins_total\{result="failed",code="ISCSI_CONNECT_FAILED"\} 1/,
      /hawser_discoveries_total\{by="SendTargets",result="ok",code=""\} 1/,
      /hawser_discoveries_total\{by="SendTargets",result="failed",code="ISCSI_CONNECT_FAILED"\} 1/,
      new RegExp(`hawser_queue_depth\\{${labels}\\} 0`),
    ];
    for (const line of expected) assert.match(text, line);
    await disk.close();
    await service.logout({ sessionId });
    assert.doesNotMatch(await service.metrics.metrics(), /hawser_command_duration_seconds_count\{/);
  });

  test('log: one line of JSON an event, with its ids, and without secrets', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const lines: string[] = [];
    const stop = logService(service, { level: 'debug', destination: { write: (line) => lines.push(line) } });
    const target = await lab.target({ chap: { user: 'me', secret: password } });
    const loginOptions = { authType: 'chap', userName: 'me', password } as const;
    await service.addPortal({ ...target.portal, loginOptions });
    const { sessionId } = await service.login({ targetName, loginOptions, isPersistent: true });
    const lost = eventOf(service, 'sessionLost');
    await target.reboot();
    await lost;
    stop();
    const count = lines.length;
    await service.removePortal(target.portal);
    assert.equal(lines.length, count);
    const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const loss = read.find(({ event }) => event === 'sessionLost');
    assert.deepEqual([loss?.['level'], loss?.['sessionId'], loss?.['targetName']], [40, sessionId, targetName]);
    assert.ok(read.every(({ event, msg }) => event === msg));
    assert.equal(lines.join('').includes(password), false);
  });
});
