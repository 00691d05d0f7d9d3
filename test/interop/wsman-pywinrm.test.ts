// WS-Management asked by Debian's python3-winrm: its transport, its login, its reading of faults, and Python's own XML.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { nextTurn } from '../../src/base/index.ts';
import { runTool } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';
import { tlsTestFiles } from '../support/tls-test-files.ts';
import { openWsmanBench, type WsmanBench, wsmanPassword, wsmanUser } from '../support/wsman-bench.ts';
import {
  actions,
  enumerateBody,
  envelope,
  keyOfA,
  subscribeBody,
  thingUri,
  wmiUri,
  wql,
} from '../support/wsman-envelopes.ts';
import { goldenCases } from '../support/wsman-golden.ts';

/** Debian's own Python: another one of PATH has not its packages. */
const python = '/usr/bin/python3';

function skip(): string | false {
  const { status } = spawnSync(python, ['-c', 'import winrm'], { stdio: 'ignore' });
  return status !== 0 && 'python3-winrm not installed (scripts/peers.sh)';
}

/** Reads questions as JSON, asks each by winrm, and prints what came back; `then` takes texts of an answer into the next question. */
const client = `
import json, sys, re
import xml.etree.ElementTree as ET
from winrm.protocol import Protocol
from winrm.exceptions import WinRMTransportError, InvalidCredentialsError, WinRMOperationTimeoutError
job = json.load(sys.stdin)
protocol = Protocol(endpoint=job['url'], transport=job.get('transport', 'plaintext'), username=job['user'], password=job['password'],
  server_cert_validation=job.get('validation', 'validate'), ca_trust_path=job.get('ca'))
learned = {}
answers = []
for question in job['questions']:
  message = question['message']
  for name, value in learned.items():
    message = message.replace('@' + name + '@', value)
  send = protocol.send_message if question.get('whole') else protocol.transport.send_message
  try:
    text, error = send(message), None
  except WinRMTransportError as failure:
    text, error = failure.response_text, 'http %d' % failure.code
  except (InvalidCredentialsError, WinRMOperationTimeoutError) as failure:
    answers.append({'error': type(failure).__name__, 'texts': {}})
    continue
  root = ET.fromstring(text)
  texts = {}
  for path in question.get('paths', []):
    texts[path] = [''.join(each.text or '') for each in root.findall(path, job['prefixes'])]
  for name, path in question.get('learn', {}).items():
    learned[name] = root.findall(path, job['prefixes'])[0].text
  answers.append({'error': error, 'texts': texts})
json.dump(answers, sys.stdout)
`;

interface Question {
  readonly message: string;
  readonly paths?: readonly string[];
  readonly learn?: Readonly<Record<string, string>>;
  /** Through the client's own reading of answers and faults. */
  readonly whole?: boolean;
}

interface PythonAnswer {
  readonly error: string | null;
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

const prefixes = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  wsa: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  wsen: 'http://schemas.xmlsoap.org/ws/2004/09/enumeration',
  wse: 'http://schemas.xmlsoap.org/ws/2004/08/eventing',
  wsman: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  wsmid: 'http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd',
  cimcommon: 'http://schemas.dmtf.org/wbem/wscim/1/common',
  thing: 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSiSCSI_Thing',
  portal: 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/ISCSI_Portal',
  wmithing: thingUri,
  event: `${wmiUri}MSiSCSI_AdapterEvent`,
};

async function askByPython(
  bench: WsmanBench,
  questions: readonly Question[],
  more: Readonly<Record<string, string>> = {},
): Promise<readonly PythonAnswer[]> {
  const { url } = bench.server;
  const job = { url, user: wsmanUser, password: wsmanPassword, prefixes, questions, ...more };
  const { status, stdout, stderr } = await runTool(python, ['-c', client], { input: JSON.stringify(job) });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as readonly PythonAnswer[];
}

suite('python3-winrm', { skip: skip() }, () => {
  test('reads the answer to every golden envelope as the standard says', async () => {
    await using bench = await openWsmanBench();
    // The one that writes comes last: the others know what was there before.
    const cases = [...goldenCases()].sort(
      (a, b) => Number(a.name.startsWith('set-')) - Number(b.name.startsWith('set-')),
    );
    const answers = await askByPython(
      bench,
      cases.map(({ request, texts }) => ({ message: request, paths: Object.keys(texts) })),
    );
    for (const [index, { name, status, texts }] of cases.entries()) {
      assert.equal(answers[index]!.error, status === 200 ? null : `http ${status}`, name);
      assert.deepEqual(answers[index]!.texts, texts, name);
    }
  });

  test('enumerates by Pull with WQL, and writes text of any language', async () => {
    await using bench = await openWsmanBench();
    const context = 's:Body/wsen:EnumerateResponse/wsen:EnumerationContext';
    const pull = (more: string): string =>
      envelope({
        action: actions.pull,
        body: `<n:Pull><n:EnumerationContext>@context@</n:EnumerationContext>${more}</n:Pull>`,
      });
    const items = 's:Body/wsen:PullResponse/wsen:Items/wmithing:MSiSCSI_Thing/wmithing:Count';
    const over = 's:Body/wsen:PullResponse/wsen:EndOfSequence';
    const query = wql('select * from MSiSCSI_Thing where Count &gt; 10');
    const answers = await askByPython(bench, [
      { message: envelope({ action: actions.enumerate, body: enumerateBody(query) }), learn: { context } },
      { message: pull(''), paths: [items, over] },
      { message: pull('<n:MaxElements>50</n:MaxElements>'), paths: [items, over] },
      {
        message: envelope({
          action: actions.put,
          selectors: keyOfA,
          body: `<p:MSiSCSI_Thing xmlns:p="${thingUri}"><p:Note>grüße</p:Note></p:MSiSCSI_Thing>`,
        }),
        paths: ['s:Body/wmithing:MSiSCSI_Thing/wmithing:Note'],
      },
    ]);
    assert.deepEqual(
      answers.slice(1).map(({ texts }) => texts),
      [
        { [items]: ['20'], [over]: [] },
        { [items]: ['30'], [over]: [''] },
        { 's:Body/wmithing:MSiSCSI_Thing/wmithing:Note': ['grüße'] },
      ],
    );
  });

  test('subscribes, fetches what happened, and unsubscribes', async () => {
    await using bench = await openWsmanBench();
    const uri = `${wmiUri}MSiSCSI_AdapterEvent`;
    const manager = 's:Body/wse:SubscribeResponse';
    const text = 's:Body/wsen:PullResponse/wsen:Items/event:MSiSCSI_AdapterEvent/event:SupplementText';
    const asked = askByPython(bench, [
      {
        message: envelope({ action: actions.subscribe, uri, body: subscribeBody() }),
        learn: {
          context: `${manager}/wsen:EnumerationContext`,
          id: `${manager}/wse:SubscriptionManager/wsa:ReferenceParameters/wse:Identifier`,
        },
      },
      {
        message: envelope({
          action: actions.pull,
          uri,
          body: '<n:Pull><n:EnumerationContext>@context@</n:EnumerationContext></n:Pull>',
        }),
        paths: [text],
      },
      {
        message: envelope({
          action: actions.unsubscribe,
          uri,
          headers: '<e:Identifier>@id@</e:Identifier>',
          body: '<e:Unsubscribe/>',
        }),
      },
    ]);
    while (bench.server.counts.subscriptions === 0) await nextTurn();
    bench.world.emit('root/wmi', {
      className: 'MSiSCSI_AdapterEvent',
      values: { InstanceName: 'A', EventType: 1, SupplementText: 'happened' },
    });
    const [, pulled, ended] = await asked;
    assert.deepEqual(pulled?.texts[text], ['happened']);
    assert.equal(ended?.error, null);
    assert.equal(bench.server.counts.subscriptions, 0);
  });

  test('takes a timeout for what its own protocol calls one, and a wrong password for that', async () => {
    await using bench = await openWsmanBench({ limits: { refusalDelayMs: 0 } });
    const wait = envelope({
      action: `${thingUri}/Wait`,
      headers: '<w:OperationTimeout>PT0.05S</w:OperationTimeout>',
    });
    const [timedOut] = await askByPython(bench, [{ message: wait, whole: true }]);
    assert.equal(timedOut?.error, 'WinRMOperationTimeoutError');
    const [refused] = await askByPython(bench, [{ message: envelope() }], { password: 'not the password' });
    assert.equal(refused?.error, 'InvalidCredentialsError');
  });

  test('comes in over TLS with the certificate that it was told', async () => {
    const { cert, key } = tlsTestFiles();
    await using folder = await makeTempDir();
    await writeFile(folder.file('ca.pem'), cert);
    await using bench = await openWsmanBench({ tls: { cert, key } });
    const path = 's:Body/wsmid:IdentifyResponse/wsmid:SecurityProfiles/wsmid:SecurityProfileName';
    const message = goldenCases().find(({ name }) => name === 'test-wsman')?.request ?? '';
    const [answer] = await askByPython(bench, [{ message, paths: [path] }], {
      transport: 'ssl',
      ca: folder.file('ca.pem'),
    });
    assert.deepEqual(answer?.texts[path], ['http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/basic']);
  });
});
