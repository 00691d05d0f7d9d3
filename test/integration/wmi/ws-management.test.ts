// WS-Management over HTTP: instances read, written and enumerated.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FakeClock } from '../../support/fake-clock.ts';
import { openWsmanBench, textsAt, uniqueSessionId, type WsmanReply } from '../../support/wsman-bench.ts';
import {
  actions,
  cimUri,
  enumerateBody,
  envelope,
  keyOfA,
  pullBody,
  thingUri,
  wmiUri,
  wql,
} from '../../support/wsman-envelopes.ts';

function faultOf({ text }: WsmanReply): string {
  const [subcode = ''] = textsAt(text, 'Envelope/Body/Fault/Code/Subcode/Value');
  const [detail = ''] = textsAt(text, 'Envelope/Body/Fault/Detail/FaultDetail');
  return detail === '' ? subcode : `${subcode} ${detail.split('/').at(-1) ?? ''}`;
}

/** The texts at a path below the body, of an answer that must have succeeded. */
function inBody(reply: WsmanReply, path: string): readonly string[] {
  assert.equal(reply.status, 200, reply.text);
  return textsAt(reply.text, `Envelope/Body/${path}`);
}

suite('Get and Put', () => {
  test('Get gives the whole instance, typed, in the namespace of its class', async () => {
    await using bench = await openWsmanBench();
    const reply = await bench.post(envelope({ selectors: keyOfA }));
    assert.equal(reply.headers['content-type'], 'application/soap+xml;charset=UTF-8');
    assert.deepEqual(textsAt(reply.text, 'Envelope/Header/RelatesTo'), ['uuid:11111111-2222-3333-4444-555555555555']);
    assert.deepEqual(textsAt(reply.text, 'Envelope/Header/Action'), [`${actions.get}Response`]);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/UniqueSessionId'), [String(uniqueSessionId)]);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Bytes'), ['0', '1', '255']);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Active'), ['true']);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Portals/Address'), ['10.0.0.1', '<A> & "co"']);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Portals/Socket/@nil'), ['true']);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/When/Datetime'), ['2026-11-21T21:30:00Z']);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Nothing/@nil'), ['true']);
    assert.ok(reply.text.includes(`"${thingUri}"`));
  });

  test('the same class by the URI of the CIM binding, with and without __cimnamespace, whatever the case', async () => {
    await using bench = await openWsmanBench();
    for (const selectors of [keyOfA, { __cimnamespace: 'ROOT\\WMI', instancename: keyOfA.InstanceName }]) {
      const reply = await bench.post(envelope({ uri: `${cimUri}msiscsi_thing`, selectors }));
      assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Count'), ['10']);
      assert.ok(reply.text.includes(`"${cimUri}MSiSCSI_Thing"`));
    }
  });

  test('what names no instance is a fault that says why', async () => {
    await using bench = await openWsmanBench();
    const ask = async (uri: string, selectors: Record<string, string>): Promise<string> => {
      const reply = await bench.post(envelope({ uri, selectors }));
      assert.equal(reply.status, 400);
      return faultOf(reply);
    };
    assert.equal(await ask(thingUri, {}), 'wsman:InvalidSelectors InsufficientSelectors');
    assert.equal(await ask(thingUri, { Wrong: '1' }), 'wsman:InvalidSelectors UnexpectedSelectors');
    assert.equal(await ask(thingUri, { InstanceName: 'Z' }), 'wsa:DestinationUnreachable');
    assert.equal(await ask(`${wmiUri}MSiSCSI_No`, keyOfA), 'wsa:DestinationUnreachable InvalidResourceURI');
    assert.equal(
      await ask(thingUri, { ...keyOfA, __cimnamespace: 'root/cimv2' }),
      'wsman:InvalidSelectors InvalidValue',
    );
    assert.equal(
      await ask(`${cimUri}MSiSCSI_Thing`, { ...keyOfA, __cimnamespace: 'root/cimv2' }),
      'wsa:DestinationUnreachable InvalidResourceURI',
    );
  });

  test('Put writes what is writable, passes over the rest, and answers with the instance as it is then', async () => {
    await using bench = await openWsmanBench();
    const body =
      `<p:MSiSCSI_Thing xmlns:p="${thingUri}"><p:InstanceName>${keyOfA.InstanceName}</p:InstanceName>` +
      '<p:Active>false</p:Active><p:Count>77</p:Count><p:Note> two  words </p:Note></p:MSiSCSI_Thing>';
    const reply = await bench.post(envelope({ action: actions.put, selectors: keyOfA, body }));
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Count'), ['77']);
    assert.deepEqual(inBody(reply, 'MSiSCSI_Thing/Active'), ['true']);
    assert.deepEqual(bench.world.calls, [
      { name: 'put', keys: { ...keyOfA }, input: { Count: 77, Note: ' two  words ' } },
    ]);
  });

  test('Put refuses values that are none, properties that are none, and another key', async () => {
    await using bench = await openWsmanBench();
    for (const [inner, fault] of [
      ['<Count>-1</Count>', 'wxf:InvalidRepresentation InvalidValues'],
      ['<Count>1</Count><Count>2</Count>', 'wxf:InvalidRepresentation InvalidValues'],
      ['<Other>1</Other>', 'wxf:InvalidRepresentation InvalidValues'],
      ['<InstanceName>B</InstanceName><Count>1</Count>', 'wxf:InvalidRepresentation InvalidValues'],
      ['<Active>true</Active>', 'wxf:InvalidRepresentation MissingValues'],
    ] as const) {
      const body = `<MSiSCSI_Thing xmlns="${thingUri}">${inner}</MSiSCSI_Thing>`;
      assert.equal(faultOf(await bench.post(envelope({ action: actions.put, selectors: keyOfA, body }))), fault, inner);
    }
    const other = envelope({ action: actions.put, selectors: keyOfA, body: '<Else><Count>1</Count></Else>' });
    assert.equal(faultOf(await bench.post(other)), 'wxf:InvalidRepresentation InvalidNamespace');
    assert.deepEqual(bench.world.calls, []);
  });

  test('DSP0226 §7.7 FragmentTransfer: one property is read and written', async () => {
    await using bench = await openWsmanBench();
    const headers = '<w:FragmentTransfer s:mustUnderstand="true">Count</w:FragmentTransfer>';
    const got = await bench.post(envelope({ selectors: keyOfA, headers }));
    assert.deepEqual(inBody(got, 'XmlFragment/Count'), ['10']);
    assert.deepEqual(textsAt(got.text, 'Envelope/Header/FragmentTransfer'), ['Count']);
    const body = '<w:XmlFragment><Count>5</Count></w:XmlFragment>';
    const put = await bench.post(envelope({ action: actions.put, selectors: keyOfA, headers, body }));
    assert.deepEqual(inBody(put, 'XmlFragment/Count'), ['5']);
    const xpath = '<w:FragmentTransfer s:mustUnderstand="true">Count/text()</w:FragmentTransfer>';
    const refused = await bench.post(envelope({ selectors: keyOfA, headers: xpath }));
    assert.equal(faultOf(refused), 'wsman:UnsupportedFeature FragmentLevelAccess');
  });
});

suite('Enumerate, Pull and Release', () => {
  const enumerate = (inner = '', uri = thingUri): string =>
    envelope({ action: actions.enumerate, uri, body: enumerateBody(inner) });
  const names = ['A', 'B', 'C'].map((letter) => `Root\\ISCSIPRT\\0000_0 ${letter}`);

  test('one item a Pull unless more are asked for, then the end of the sequence', async () => {
    await using bench = await openWsmanBench();
    const [context = ''] = inBody(await bench.post(enumerate()), 'EnumerateResponse/EnumerationContext');
    const first = await bench.post(envelope({ action: actions.pull, body: pullBody(context) }));
    assert.deepEqual(inBody(first, 'PullResponse/Items/MSiSCSI_Thing/InstanceName'), names.slice(0, 1));
    assert.deepEqual(inBody(first, 'PullResponse/EnumerationContext'), [context]);
    const rest = await bench.post(
      envelope({ action: actions.pull, body: pullBody(context, '<n:MaxElements>9</n:MaxElements>') }),
    );
    assert.deepEqual(inBody(rest, 'PullResponse/Items/MSiSCSI_Thing/InstanceName'), names.slice(1));
    assert.deepEqual(inBody(rest, 'PullResponse/EndOfSequence'), ['']);
    const after = await bench.post(envelope({ action: actions.pull, body: pullBody(context) }));
    assert.equal(faultOf(after), 'wsen:InvalidEnumerationContext');
    assert.equal(bench.server.counts.enumerations, 0);
  });

  test('DSP0226 §8.2.3 OptimizeEnumeration: items come with the first answer', async () => {
    await using bench = await openWsmanBench();
    const whole = await bench.post(enumerate('<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>'));
    assert.deepEqual(inBody(whole, 'EnumerateResponse/Items/MSiSCSI_Thing/InstanceName'), names);
    assert.deepEqual(inBody(whole, 'EnumerateResponse/EndOfSequence'), ['']);
    assert.deepEqual(inBody(whole, 'EnumerateResponse/EnumerationContext'), ['']);
    const part = await bench.post(enumerate('<w:OptimizeEnumeration/><w:MaxElements>2</w:MaxElements>'));
    assert.deepEqual(inBody(part, 'EnumerateResponse/Items/MSiSCSI_Thing/InstanceName'), names.slice(0, 2));
    const [context = ''] = inBody(part, 'EnumerateResponse/EnumerationContext');
    const last = await bench.post(envelope({ action: actions.pull, body: pullBody(context) }));
    assert.deepEqual(inBody(last, 'PullResponse/Items/MSiSCSI_Thing/InstanceName'), names.slice(2));
  });

  test('references alone, and with the objects; a reference leads back to its instance', async () => {
    await using bench = await openWsmanBench();
    const all = '<w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements>';
    const mode = (text: string): string => `${all}<w:EnumerationMode>${text}</w:EnumerationMode>`;
    const references = await bench.post(enumerate(mode('EnumerateEPR')));
    const path = 'EnumerateResponse/Items/EndpointReference/ReferenceParameters';
    assert.deepEqual(inBody(references, `${path}/ResourceURI`), [thingUri, thingUri, thingUri]);
    assert.deepEqual(
      inBody(references, `${path}/SelectorSet/Selector`),
      names.flatMap((name) => [name, 'root/wmi']),
    );
    const [key = '', namespace = ''] = inBody(references, `${path}/SelectorSet/Selector`);
    const selectors = { InstanceName: key, __cimnamespace: namespace };
    assert.deepEqual(inBody(await bench.post(envelope({ selectors })), 'MSiSCSI_Thing/Count'), ['10']);
    const both = await bench.post(enumerate(mode('EnumerateObjectAndEPR')));
    assert.deepEqual(inBody(both, 'EnumerateResponse/Items/Item/MSiSCSI_Thing/InstanceName'), names);
    assert.equal(inBody(both, 'EnumerateResponse/Items/Item/EndpointReference/Address').length, 3);
    const none = await bench.post(enumerate(mode('EnumerateNothing')));
    assert.equal(faultOf(none), 'wsman:UnsupportedFeature EnumerationMode');
  });

  test('WQL selects instances and properties, also over all classes of a namespace', async () => {
    await using bench = await openWsmanBench();
    const all = '<w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements>';
    const query = "select * from MSiSCSI_Thing where Count &gt;= 20 and InstanceName like '%C'";
    for (const uri of [thingUri, `${wmiUri}*`]) {
      const reply = await bench.post(enumerate(`${all}${wql(query)}`, uri));
      assert.deepEqual(inBody(reply, 'EnumerateResponse/Items/MSiSCSI_Thing/Count'), ['30'], uri);
    }
    const some = await bench.post(
      enumerate(`${all}${wql('select Count, When from MSiSCSI_Thing where Active = TRUE')}`),
    );
    assert.deepEqual(inBody(some, 'EnumerateResponse/Items/XmlFragment/Count'), ['10', '30']);
    assert.equal(inBody(some, 'EnumerateResponse/Items/XmlFragment/When/Datetime').length, 2);
    assert.deepEqual(inBody(some, 'EnumerateResponse/Items/XmlFragment/InstanceName'), []);
  });

  test('SelectorFilter selects by values', async () => {
    await using bench = await openWsmanBench();
    const filter =
      '<w:Filter Dialect="http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"><w:SelectorSet>' +
      '<w:Selector Name="Active">false</w:Selector></w:SelectorSet></w:Filter>';
    const reply = await bench.post(enumerate(`<w:OptimizeEnumeration/>${filter}`));
    assert.deepEqual(inBody(reply, 'EnumerateResponse/Items/MSiSCSI_Thing/InstanceName'), names.slice(1, 2));
  });

  test('filters that are not understood are faults, each its own', async () => {
    await using bench = await openWsmanBench();
    for (const [inner, uri, fault] of [
      [wql('select * from'), thingUri, 'wsen:CannotProcessFilter'],
      [wql('select * from MSiSCSI_Other'), thingUri, 'wsen:CannotProcessFilter'],
      [wql('select * from MSiSCSI_Thing where No = 1'), thingUri, 'wsen:CannotProcessFilter'],
      ['<w:Filter>Count</w:Filter>', thingUri, 'wsen:FilterDialectRequestedUnavailable'],
      [
        '<w:Filter Dialect="http://schemas.dmtf.org/wbem/cql/1/dsp0202.pdf">x</w:Filter>',
        thingUri,
        'wsen:FilterDialectRequestedUnavailable',
      ],
      ['<n:Filter>x</n:Filter>', thingUri, 'wsen:FilteringNotSupported'],
      ['', `${wmiUri}*`, 'wsman:UnsupportedFeature FilteringRequired'],
    ] as const) {
      const reply = await bench.post(enumerate(inner, uri));
      assert.equal(faultOf(reply), fault, inner);
      assert.equal(reply.status, 400);
    }
    const cql = await bench.post(
      enumerate('<w:Filter Dialect="http://schemas.dmtf.org/wbem/cql/1/dsp0202.pdf">select * from X</w:Filter>'),
    );
    assert.match(cql.text, /CQL is not supported; WQL is/);
    assert.deepEqual(
      textsAt(cql.text, 'Envelope/Body/Fault/Detail/SupportedDialect')[0],
      'http://schemas.microsoft.com/wbem/wsman/1/WQL',
    );
  });

  test('DSP0226 §8.5 RequestTotalItemsCountEstimate is answered', async () => {
    await using bench = await openWsmanBench();
    const headers = '<w:RequestTotalItemsCountEstimate/>';
    const reply = await bench.post(envelope({ action: actions.enumerate, headers, body: enumerateBody() }));
    assert.deepEqual(textsAt(reply.text, 'Envelope/Header/TotalItemsCountEstimate'), ['3']);
  });

  test('Release ends an enumeration, and so does its time; there are not more than the bound', async () => {
    const clock = new FakeClock();
    await using bench = await openWsmanBench({ clock, limits: { enumerations: 2 } });
    const open = async (inner = ''): Promise<string> => {
      const reply = await bench.post(enumerate(inner));
      return reply.status === 200 ? (inBody(reply, 'EnumerateResponse/EnumerationContext')[0] ?? '') : faultOf(reply);
    };
    const released = await open();
    const timed = await open('<n:Expires>PT30S</n:Expires>');
    assert.equal(await open(), 'wsman:QuotaLimit');
    const body = `<n:Release><n:EnumerationContext>${released}</n:EnumerationContext></n:Release>`;
    assert.equal((await bench.post(envelope({ action: actions.release, body }))).status, 200);
    const again = await bench.post(envelope({ action: actions.release, body }));
    assert.equal(faultOf(again), 'wsen:InvalidEnumerationContext');
    assert.equal(again.status, 500);
    clock.jump(29_000);
    assert.equal((await bench.post(envelope({ action: actions.pull, body: pullBody(timed) }))).status, 200);
    clock.jump(1000);
    const late = await bench.post(envelope({ action: actions.pull, body: pullBody(timed) }));
    assert.equal(faultOf(late), 'wsen:InvalidEnumerationContext');
    assert.equal(await open('<n:Expires>yesterday</n:Expires>'), 'wsen:InvalidExpirationTime');
  });

  test('an answer has no more octets than the client takes; what has no room comes with the next Pull', async () => {
    await using bench = await openWsmanBench();
    const headers = '<w:MaxEnvelopeSize s:mustUnderstand="true">8192</w:MaxEnvelopeSize>';
    const note = 'x'.repeat(2500);
    for (const letter of ['A', 'B', 'C']) {
      const selectors = { InstanceName: `Root\\ISCSIPRT\\0000_0 ${letter}` };
      const body = `<MSiSCSI_Thing xmlns="${thingUri}"><Note>${note}</Note></MSiSCSI_Thing>`;
      assert.equal((await bench.post(envelope({ action: actions.put, selectors, body }))).status, 200);
    }
    const [context = ''] = inBody(await bench.post(enumerate()), 'EnumerateResponse/EnumerationContext');
    const more = pullBody(context, '<n:MaxElements>9</n:MaxElements>');
    const first = await bench.post(envelope({ action: actions.pull, headers, body: more }));
    assert.deepEqual(inBody(first, 'PullResponse/Items/MSiSCSI_Thing/InstanceName'), names.slice(0, 1));
    assert.ok(Buffer.byteLength(first.text) <= 8192);
    const body = `<MSiSCSI_Thing xmlns="${thingUri}"><Note>${note.repeat(4)}</Note></MSiSCSI_Thing>`;
    const put = await bench.post(envelope({ action: actions.put, selectors: keyOfA, headers, body }));
    assert.equal(faultOf(put), 'wsman:EncodingLimit UnreportableSuccess');
    assert.equal(
      faultOf(await bench.post(envelope({ selectors: keyOfA, headers }))),
      'wsman:EncodingLimit MaxEnvelopeSize',
    );
  });
});
