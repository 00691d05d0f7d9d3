// Sessions made and ended by remote management: WS-Management over all classes of a real service.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openCimRepository } from 'hawser/wmi';
import { openWsmanBench, textsAt, type WsmanBench } from '../../support/wsman-bench.ts';
import { actions, envelope, wmiUri } from '../../support/wsman-envelopes.ts';
import { targetName } from '../service/service-lab.ts';
import { openLab, type WmiLab } from './wmi-lab.ts';

const targetUri = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/root/Microsoft/Windows/Storage/MSFT_iSCSITarget';

/** A service that knows a target, and its classes over HTTP. */
async function openRemote({ lab, wmi }: WmiLab): Promise<WsmanBench> {
  const { portal } = await lab.target();
  await lab.service.addPortal({ host: portal.host, port: portal.port });
  return await openWsmanBench({ repository: openCimRepository({ service: lab.service, provider: wmi }) });
}

/** Calls a method as Invoke-CimMethod does: the texts of what comes out, by path. */
async function invoke(
  bench: WsmanBench,
  [uri, method]: readonly [string, string],
  selectors: Readonly<Record<string, string>>,
  body = '',
): Promise<(path: string) => readonly string[]> {
  const input = `<p:${method}_INPUT xmlns:p="${uri}">${body}</p:${method}_INPUT>`;
  const { status, text } = await bench.post(envelope({ action: `${uri}/${method}`, uri, selectors, body: input }));
  assert.equal(status, 200, text);
  return (path) => textsAt(text, `Envelope/Body/${method}_OUTPUT/${path}`);
}

test('a target that was got connects and disconnects without being told its name again', async () => {
  await using wmiLab = await openLab();
  const { service } = wmiLab.lab;
  await using bench = await openRemote(wmiLab);
  const target = { NodeAddress: targetName };
  const connected = await invoke(bench, [targetUri, 'Connect'], target);
  const [session] = await service.sessions();
  assert.deepEqual(connected('ReturnValue'), ['0']);
  assert.deepEqual(connected('CreatediSCSISession/SessionIdentifier'), [session?.sessionId]);
  const got = await bench.post(envelope({ action: actions.get, uri: targetUri, selectors: target }));
  assert.deepEqual(textsAt(got.text, 'Envelope/Body/MSFT_iSCSITarget/IsConnected'), ['true']);

  const hold = await service.holdDevice({ path: `${targetName}/0`, label: 'nightly backup' });
  const refused = await invoke(bench, [targetUri, 'Disconnect'], target);
  assert.deepEqual(refused('ReturnValue'), [String(0xefff0040)]);
  await service.releaseHold(hold);
  assert.deepEqual((await invoke(bench, [targetUri, 'Disconnect'], target))('ReturnValue'), ['0']);
  assert.deepEqual(await service.sessions(), []);
});

test('Invoke-CimMethod LogoutFromTarget @{UniqueSessionId=…} ends the session of that id', async () => {
  await using wmiLab = await openLab();
  const { service } = wmiLab.lab;
  await using bench = await openRemote(wmiLab);
  const { sessionId } = await service.login({ targetName });
  const uri = `${wmiUri}MSiSCSI_Operations`;
  const adapter = { InstanceName: wmiLab.adapter.name };
  const logout = async (id: bigint): Promise<readonly string[]> => {
    const body = `<p:UniqueSessionId xmlns:p="${uri}">${id}</p:UniqueSessionId>`;
    return (await invoke(bench, [uri, 'LogoutFromTarget'], adapter, body))('Status');
  };
  assert.deepEqual(await logout(1n), [String(0xefff001c)]);
  assert.deepEqual(await logout(BigInt(`0x${sessionId.slice(17)}`)), ['0']);
  assert.deepEqual(await service.sessions(), []);
});
