// `hawser service --wsman`: the program as administrators run it, managed over WS-Management.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { createMemoryDevice } from '../../../src/block/index.ts';
import { listenTarget } from '../../../src/target/index.ts';
import { hawser, startHawser } from '../../support/hawser-program.ts';
import { exitOf } from '../../support/run-tool.ts';
import { makeTempDir } from '../../support/temp.ts';
import { postMessage, textsAt, wsmanPassword, wsmanUser } from '../../support/wsman-bench.ts';
import {
  actions,
  enumerateBody,
  envelope,
  pullBody,
  subscribeBody,
  wmiUri,
  wql,
} from '../../support/wsman-envelopes.ts';

const name = 'iqn.2026-11.example:disk';
const all = '<w:OptimizeEnumeration/><w:MaxElements>99</w:MaxElements>';

/** What `hawser service --json` prints when it can be asked. */
async function firstDocument(child: ChildProcess): Promise<Record<string, unknown>> {
  let printed = '';
  return await new Promise((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      printed += piece.toString();
      if (/^\}$/m.test(printed)) resolve(JSON.parse(printed) as Record<string, unknown>);
    });
    child.once('exit', (status) => {
      reject(new Error(`hawser service ended with ${status ?? 'a signal'}: ${printed}`));
    });
  });
}

/** Posts a message that must succeed, and gives the texts at a path below the body of its answer. */
async function texts(port: number, message: string, path: string): Promise<readonly string[]> {
  const reply = await postMessage(port, message, {});
  assert.equal(reply.status, 200, reply.text);
  return textsAt(reply.text, `Envelope/Body/${path}`);
}

suite('hawser service --wsman', () => {
  test('logs in and out over WS-Management, and shows the session in the classes of both kinds; a subscriber does not hold its end up', async () => {
    await using dir = await makeTempDir();
    await writeFile(dir.file('password'), `${wsmanPassword}\n`, { mode: 0o600 });
    const target = await listenTarget({
      name,
      luns: [{ lun: 0, device: createMemoryDevice(8 << 20) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
    });
    const places = ['--state', dir.file('state'), '--socket', dir.file('hawser.sock')];
    const wsman = ['--wsman', '0', '--wsman-user', wsmanUser, '--wsman-password-file', dir.file('password')];
    try {
      const service = startHawser(['service', '--json', ...places, ...wsman]);
      const ended = exitOf(service);
      const url = String((await firstDocument(service))['wsman']);
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/wsman$/);
      const port = Number(new URL(url).port);
      const uri = `${wmiUri}MSiSCSI_Operations`;
      const enumerate = (className: string, inner = all): string =>
        envelope({ action: actions.enumerate, uri: `${wmiUri}${className}`, body: enumerateBody(inner) });
      const [adapter = ''] = await texts(
        port,
        enumerate('MSiSCSI_Operations'),
        'EnumerateResponse/Items/MSiSCSI_Operations/InstanceName',
      );
      const call = (method: string, body: string): string =>
        envelope({
          action: `${uri}/${method}`,
          uri,
          selectors: { InstanceName: adapter },
          body: `<p:${method}_INPUT xmlns:p="${uri}">${body}</p:${method}_INPUT>`,
        });
      const [portal = { port: 0 }] = target.portals;
      const address = '<p:Address><p:Type>0</p:Type><p:TextAddress>127.0.0.1</p:TextAddress></p:Address>';
      const login = await postMessage(
        port,
        call(
          'LoginToTarget',
          `<p:TargetName>${name}</p:TargetName><p:TargetPortal>${address}<p:Socket>${portal.port}</p:Socket></p:TargetPortal>`,
        ),
        {},
      );
      assert.deepEqual(textsAt(login.text, 'Envelope/Body/LoginToTarget_OUTPUT/Status'), ['0'], login.text);
      const [id = ''] = textsAt(login.text, 'Envelope/Body/LoginToTarget_OUTPUT/UniqueSessionId');
      assert.equal(target.sessions().length, 1);
      const query = `${all}${wql(`SELECT TargetName FROM MSIscsiInitiator_SessionClass WHERE TargetName = '${name}'`)}`;
      assert.deepEqual(await texts(port, enumerate('*', query), 'EnumerateResponse/Items/XmlFragment/TargetName'), [
        name,
      ]);
      assert.deepEqual(
        await texts(
          port,
          enumerate('MSiSCSI_InitiatorSessionInfo'),
          'EnumerateResponse/Items/MSiSCSI_InitiatorSessionInfo/SessionsList/UniqueSessionId',
        ),
        [id],
      );
      const logout = `<p:UniqueSessionId>${id}</p:UniqueSessionId>`;
      assert.deepEqual(await texts(port, call('LogoutFromTarget', logout), 'LogoutFromTarget_OUTPUT/ReturnValue'), [
        '0',
      ]);
      assert.equal(target.sessions().length, 0);
      const again = await texts(port, call('LogoutFromTarget', logout), 'LogoutFromTarget_OUTPUT/Status');
      assert.notDeepEqual(again, ['0']);
      const subscribed = await postMessage(
        port,
        envelope({ action: actions.subscribe, uri: `${wmiUri}MSiSCSI_AdapterEvent`, body: subscribeBody() }),
        {},
      );
      const [context = ''] = textsAt(subscribed.text, 'Envelope/Body/SubscribeResponse/EnumerationContext');
      const waiting = postMessage(port, envelope({ action: actions.pull, body: pullBody(context) }), {});
      waiting.catch(() => undefined);
      service.kill('SIGTERM');
      assert.equal(await ended, 0, 'who waits for events does not keep the service from its end');
      await waiting.catch(() => undefined);
    } finally {
      await target.close();
    }
  });

  test('a subscriber for whom nothing has happened yet leaves no warning in the log', async () => {
    await using dir = await makeTempDir();
    await writeFile(dir.file('password'), wsmanPassword, { mode: 0o600 });
    const places = ['--state', dir.file('state'), '--socket', dir.file('hawser.sock')];
    const wsman = ['--wsman', '0', '--wsman-user', wsmanUser, '--wsman-password-file', dir.file('password')];
    const service = startHawser(['service', '--json', ...places, ...wsman]);
    const ended = exitOf(service);
    let log = '';
    service.stderr?.on('data', (piece: Buffer) => {
      log += piece.toString();
    });
    const port = Number(new URL(String((await firstDocument(service))['wsman'])).port);
    const uri = `${wmiUri}MSiSCSI_AdapterEvent`;
    const subscribed = await postMessage(port, envelope({ action: actions.subscribe, uri, body: subscribeBody() }), {});
    const [context = ''] = textsAt(subscribed.text, 'Envelope/Body/SubscribeResponse/EnumerationContext');
    const headers = '<w:OperationTimeout>PT0.1S</w:OperationTimeout>';
    const pulled = await postMessage(port, envelope({ action: actions.pull, headers, body: pullBody(context) }), {});
    assert.match(pulled.text, /TimedOut/);
    service.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.match(log, /wsmanClosed/);
    assert.doesNotMatch(log, /wsmanAnswered/);
  });

  test('refuses what would let everybody in, before anything is opened: the exit status of ISCSI_BAD_ARGUMENT', async () => {
    await using dir = await makeTempDir();
    await writeFile(dir.file('password'), wsmanPassword, { mode: 0o600 });
    const places = ['--state', dir.file('state'), '--socket', dir.file('s')];
    const wsman = ['--wsman', '0.0.0.0:0', '--wsman-user', 'admin', '--wsman-password-file', dir.file('password')];
    assert.equal((await hawser(['service', ...places, ...wsman])).status, 10);
    await assert.rejects(access(dir.file('state')), 'no service was opened only to be closed again');
  });
});
