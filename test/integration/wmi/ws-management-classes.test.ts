// Every class of a real service over WS-Management: it enumerates, its references lead back, its events arrive.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openCimRepository } from 'hawser/wmi';
import { openWsmanBench, textsAt, type WsmanBench, type WsmanReply } from '../../support/wsman-bench.ts';
import {
  actions,
  enumerateBody,
  envelope,
  pullBody,
  subscribeBody,
  wmiUri,
  wql,
} from '../../support/wsman-envelopes.ts';
import { targetName } from '../service/service-lab.ts';
import { openLab, type WmiLab } from './wmi-lab.ts';

const namespaces = ['root/wmi', 'root/Microsoft/Windows/Storage'] as const;
const all = '<w:OptimizeEnumeration/><w:MaxElements>999</w:MaxElements>';

function openRemote({ lab, wmi }: WmiLab): { repository: ReturnType<typeof openCimRepository> } {
  return { repository: openCimRepository({ service: lab.service, provider: wmi }) };
}

/** The references in an answer: for each, the resource URI and the selectors. */
function referencesIn({ text }: WsmanReply): { uri: string; selectors: Record<string, string> }[] {
  const path = 'Envelope/Body/EnumerateResponse/Items/EndpointReference/ReferenceParameters';
  const names = textsAt(text, `${path}/SelectorSet/Selector/@Name`);
  const values = textsAt(text, `${path}/SelectorSet/Selector`);
  const uris = textsAt(text, `${path}/ResourceURI`);
  // __cimnamespace ends the selectors of each.
  const references: { uri: string; selectors: Record<string, string> }[] = [];
  let selectors: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    selectors[name] = values[index] ?? '';
    if (name !== '__cimnamespace') continue;
    references.push({ uri: uris[references.length] ?? '', selectors });
    selectors = {};
  }
  return references;
}

async function pullOne(bench: WsmanBench, subscription: WsmanReply): Promise<WsmanReply> {
  const [context = ''] = textsAt(subscription.text, 'Envelope/Body/SubscribeResponse/EnumerationContext');
  return await bench.post(envelope({ action: actions.pull, body: pullBody(context) }));
}

suite('all classes over WS-Management', () => {
  test('each enumerates, and every reference leads back to its instance', async () => {
    await using wmiLab = await openLab();
    const { service } = wmiLab.lab;
    const { portal } = await wmiLab.lab.target();
    await service.addPortal({ host: portal.host, port: portal.port });
    await service.login({ targetName });
    const { repository } = openRemote(wmiLab);
    await using bench = await openWsmanBench({ repository });
    let instances = 0;
    for (const namespace of namespaces) {
      for (const cimClass of repository.classes(namespace)) {
        const uri = `http://schemas.microsoft.com/wbem/wsman/1/wmi/${namespace}/${cimClass.name}`;
        const mode = '<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>';
        const reply = await bench.post(
          envelope({ action: actions.enumerate, uri, body: enumerateBody(`${all}${mode}`) }),
        );
        assert.equal(reply.status, 200, `${cimClass.name}: ${reply.text}`);
        const references = referencesIn(reply);
        if (cimClass.isEvent || cimClass.isEmbedded) assert.deepEqual(references, [], cimClass.name);
        for (const { uri: back, selectors } of references) {
          const got = await bench.post(envelope({ uri: back, selectors: escaped(selectors) }));
          assert.equal(got.status, 200, `${cimClass.name}: ${got.text}`);
          assert.equal(textsAt(got.text, `Envelope/Body/${cimClass.name}`).length, 1, cimClass.name);
          instances += 1;
        }
      }
    }
    assert.ok(instances > 30, `there were ${instances} instances`);
  });

  test('a subscriber hears that targets were found, and of a login that failed', async () => {
    await using wmiLab = await openLab();
    const { service } = wmiLab.lab;
    const target = await wmiLab.lab.target();
    await using bench = await openWsmanBench(openRemote(wmiLab));
    const adapterEvents = await bench.post(
      envelope({
        action: actions.subscribe,
        uri: `${wmiUri}*`,
        body: subscribeBody(wql('SELECT * FROM MSiSCSI_AdapterEvent')),
      }),
    );
    const failures = await bench.post(
      envelope({
        action: actions.subscribe,
        uri: `${wmiUri}MSiSCSI_InitiatorNodeFailureEvent`,
        body: subscribeBody(),
      }),
    );
    await service.addPortal({ host: target.portal.host, port: target.portal.port });
    const found = await pullOne(bench, adapterEvents);
    const event = 'Envelope/Body/PullResponse/Items/MSiSCSI_AdapterEvent';
    assert.deepEqual(textsAt(found.text, `${event}/InstanceName`), [wmiLab.adapter.name]);
    assert.deepEqual(textsAt(found.text, `${event}/EventCode`), ['3']);
    await target.destroy();
    await assert.rejects(service.login({ targetName }));
    const failed = await pullOne(bench, failures);
    const failure = 'Envelope/Body/PullResponse/Items/MSiSCSI_InitiatorNodeFailureEvent';
    assert.deepEqual(textsAt(failed.text, `${failure}/TargetFailureName`), [targetName]);
  });
});

function escaped(selectors: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(selectors).map(([name, value]) => [name, value.replaceAll('&', '&amp;')] as const);
  return Object.fromEntries(entries);
}
