// docs/control.md: its examples do what they say, and the unit file that it names is one.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { createMemoryDevice } from 'hawser/block';
import { openControlServer } from 'hawser/control';
import { listenTarget } from 'hawser/target';
import { openService } from '../../../src/service/index.ts';
import { skipWithout } from '../../support/peers.ts';
import { ask } from '../../support/raw-http.ts';
import { inRepository } from '../../support/repository.ts';
import { runTool } from '../../support/run-tool.ts';
import { makeTempDir } from '../../support/temp.ts';

suite('docs/control.md', () => {
  test('its curl examples work one after the other', { skip: skipWithout(['curl']) }, async () => {
    await using folder = await makeTempDir();
    const device = createMemoryDevice(1024 * 1024);
    const listen = [{ host: '127.0.0.1', port: 0 }];
    await using target = await listenTarget({ name: 'iqn.2026-11.test:page', luns: [{ lun: 0, device }], listen });
    await using service = await openService({ stateDirectory: folder.file('state') });
    const metrics = async (): Promise<string> => await service.metrics.metrics();
    await using server = await openControlServer({ service, socketPath: folder.file('s'), metrics });
    const page = await readFile(inRepository('docs/control.md'), 'utf8');
    const commands = (/```sh\n([^]*?)```/.exec(page)?.[1] ?? '').replaceAll('\\\n', '').trim().split('\n');
    const env = {
      HAWSER_SOCKET: server.socketPath ?? '',
      TARGET_HOST: '127.0.0.1',
      TARGET_PORT: String(target.portals[0]?.port),
      TARGET_NAME: target.name,
    };
    const answers: string[] = [];
    for (const command of commands) {
      const { status, stdout, stderr } = await runTool('sh', ['-c', `${command} --silent --show-error --fail`], {
        env,
      });
      // 28 is the end of --max-time, without which events would go on.
      assert.equal(status, command.includes('--max-time') ? 28 : 0, `${command}: ${stdout}${stderr}`);
      answers.push(stdout);
    }
    const [state, portal, targets, login, devices, events, gone, counted] = answers;
    assert.equal((JSON.parse(state ?? '') as { stateDirectory: string }).stateDirectory, folder.file('state'));
    assert.equal((JSON.parse(portal ?? '') as { outcome: { targetCount: number } }).outcome.targetCount, 1);
    assert.match(targets ?? '', /"targetName":"iqn\.2026-11\.test:page"/);
    assert.equal((JSON.parse(login ?? '') as { wasThere: boolean }).wasThere, false);
    assert.match(devices ?? '', /"path":"iqn\.2026-11\.test:page\/0"/);
    assert.match(events ?? '', /^retry: 1000\n\nid: .*\ndata: \{.*"type":"eventsMissed"/);
    assert.equal(gone, '');
    assert.match(counted ?? '', /^hawser_control_requests_total\{operation="login",code=""\} 1$/m);
    assert.match(counted ?? '', /^hawser_sessions/m);
  });

  test('shows a problem as it is answered', async () => {
    const page = await readFile(inRepository('docs/control.md'), 'utf8');
    await using folder = await makeTempDir();
    await using service = await openService({ stateDirectory: folder.file('state') });
    await using server = await openControlServer({ service, socketPath: folder.file('s') });
    const headers = { 'content-type': 'application/json' };
    const options = { socketPath: server.socketPath, method: 'POST', path: '/v1/portals', headers };
    const { json } = await ask(options, '{"host": "h", "port": "x"}');
    assert.deepEqual(json, JSON.parse(/```json\n([^]*?)```/.exec(page)?.[1] ?? ''));
  });

  test('contrib/hawser.service is a unit that systemd takes', { skip: skipWithout(['systemd-analyze']) }, async () => {
    await using folder = await makeTempDir();
    const unit = await readFile(inRepository('contrib/hawser.service'), 'utf8');
    assert.match(unit, /^ExecStart=\/usr\/local\/bin\/hawser service /m);
    await writeFile(folder.file('hawser.service'), unit.replace('/usr/local/bin/hawser', process.execPath));
    const args = ['verify', '--man=no', folder.file('hawser.service')];
    const { stdout, stderr } = await runTool('systemd-analyze', args);
    // What it says of units of the machine is not of ours.
    assert.deepEqual(
      `${stdout}${stderr}`.split('\n').filter((line) => line.includes('hawser')),
      [],
    );
  });
});
