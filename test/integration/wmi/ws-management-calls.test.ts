// WS-Management over HTTP: methods that are called, events that are subscribed to, and how operations end.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nextTurn } from '../../../src/base/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  openWsmanBench,
  textsAt,
  uniqueSessionId,
  type WsmanBench,
  type WsmanReply,
} from '../../support/wsman-bench.ts';
import {
  actions,
  envelope,
  keyOfA,
  pullBody,
  subscribeBody,
  thingUri,
  wmiUri,
  wql,
} from '../../support/wsman-envelopes.ts';

const eventUri = `${wmiUri}MSiSCSI_AdapterEvent`;

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

async function subscribe(bench: WsmanBench, inner = '', uri = eventUri): Promise<{ id: string; context: string }> {
  const reply = await bench.post(envelope({ action: actions.subscribe, uri, body: subscribeBody(inner) }));
  const [context = ''] = inBody(reply, 'SubscribeResponse/EnumerationContext');
  const [id = ''] = inBody(reply, 'SubscribeResponse/SubscriptionManager/ReferenceParameters/Identifier');
  return { id, context };
}

const pullEvents = (context: string, inner = ''): string =>
  envelope({ action: actions.pull, uri: eventUri, body: pullBody(context, inner) });

const adapterEvent = (text: string, type = 1) =>
  ({
    className: 'MSiSCSI_AdapterEvent',
    values: { InstanceName: 'A', EventType: type, SupplementText: text },
  }) as const;

suite('methods', () => {
  const call = (method: string, body: string, parts: object = {}): string =>
    envelope({
      action: `${thingUri}/${method}`,
      body: `<p:${method}_INPUT xmlns:p="${thingUri}">${body}</p:${method}_INPUT>`,
      ...parts,
    });

  test('a method of an instance gets its keys and typed parameters, and gives its own out with ReturnValue', async () => {
    await using bench = await openWsmanBench();
    const id = `<p:UniqueSessionId>${uniqueSessionId}</p:UniqueSessionId>`;
    const reply = await bench.post(call('LogoutFromTarget', id, { selectors: keyOfA }));
    assert.deepEqual(inBody(reply, 'LogoutFromTarget_OUTPUT/Status'), ['0']);
    assert.deepEqual(inBody(reply, 'LogoutFromTarget_OUTPUT/ReturnValue'), ['0']);
    assert.deepEqual(textsAt(reply.text, 'Envelope/Header/Action'), [`${thingUri}/LogoutFromTargetResponse`]);
    assert.deepEqual(bench.world.calls, [
      { name: 'LogoutFromTarget', keys: { ...keyOfA }, input: { UniqueSessionId: uniqueSessionId } },
    ]);
  });

  test('arrays, embedded objects, booleans, datetimes and nulls go in and come out', async () => {
    await using bench = await openWsmanBench();
    const body =
      '<p:Names>a</p:Names><p:Names>&lt;b&gt;</p:Names><p:Portal><q:Address xmlns:q="urn:q">::1</q:Address>' +
      '<q:Socket xmlns:q="urn:q" xsi:nil="true"/></p:Portal><p:Flag>true</p:Flag>' +
      '<p:When><c:Interval xmlns:c="http://schemas.dmtf.org/wbem/wscim/1/common">P1DT2H3M4S</c:Interval></p:When>';
    const reply = await bench.post(call('Echo', body));
    assert.deepEqual(inBody(reply, 'Echo_OUTPUT/Names'), ['a', '<b>']);
    assert.deepEqual(inBody(reply, 'Echo_OUTPUT/Portal/Address'), ['::1']);
    assert.deepEqual(inBody(reply, 'Echo_OUTPUT/Portal/Socket/@nil'), ['true']);
    assert.deepEqual(inBody(reply, 'Echo_OUTPUT/When/Interval'), ['P1DT2H3M4S']);
    assert.deepEqual(bench.world.calls[0]?.input, {
      Names: ['a', '<b>'],
      Portal: { className: 'ISCSI_Portal', values: { Address: '::1', Socket: null } },
      Flag: true,
      When: '00000001020304.000000:000',
    });
    const none = await bench.post(call('Echo', '<p:Names xsi:nil="true"/>'));
    assert.deepEqual(inBody(none, 'Echo_OUTPUT/Names/@nil'), ['true']);
    assert.deepEqual(bench.world.calls[1]?.input, { Names: null });
  });

  test('a call that cannot be is refused before it is made', async () => {
    await using bench = await openWsmanBench();
    const ask = async (message: string): Promise<string> => faultOf(await bench.post(message));
    assert.equal(await ask(call('NoSuch', '')), 'wsa:ActionNotSupported');
    assert.equal(await ask(envelope({ action: 'urn:else/Echo' })), 'wsa:ActionNotSupported');
    assert.equal(await ask(call('Echo', '<p:No>1</p:No>')), 'wsman:InvalidParameter InvalidName');
    assert.equal(await ask(call('Echo', '<p:Flag>maybe</p:Flag>')), 'wsman:InvalidParameter TypeMismatch');
    const tooLarge = '<p:UniqueSessionId>18446744073709551616</p:UniqueSessionId>';
    assert.equal(
      await ask(call('LogoutFromTarget', tooLarge, { selectors: keyOfA })),
      'wsman:InvalidParameter TypeMismatch',
    );
    assert.equal(await ask(call('LogoutFromTarget', '')), 'wsman:InvalidSelectors InsufficientSelectors');
    const misnamed = envelope({ action: `${thingUri}/Echo`, body: '<Other/>' });
    assert.equal(await ask(misnamed), 'wsman:SchemaValidationError');
    assert.deepEqual(bench.world.calls, []);
    const unknown = call('LogoutFromTarget', '', { selectors: { InstanceName: 'Z' } });
    assert.equal(await ask(unknown), 'wsa:DestinationUnreachable');
  });

  test('DSP0226 §6.1 OperationTimeout ends the operation with wsman:TimedOut and HTTP 500', async () => {
    const clock = new FakeClock();
    await using bench = await openWsmanBench({ clock });
    const asked = bench.post(call('Wait', '', { headers: '<w:OperationTimeout>PT5S</w:OperationTimeout>' }));
    while (bench.world.waiting.length === 0) await nextTurn();
    clock.jump(4999);
    assert.deepEqual(
      bench.world.waiting.map(({ aborted }) => aborted),
      [false],
    );
    clock.jump(1);
    const reply = await asked;
    assert.equal(reply.status, 500);
    assert.equal(faultOf(reply), 'wsman:TimedOut');
    assert.deepEqual(textsAt(reply.text, 'Envelope/Body/Fault/Detail/WSManFault/@Code'), ['2150858793']);
    assert.deepEqual(
      bench.world.waiting.map(({ aborted }) => aborted),
      [true],
    );
  });

  test('a client that hangs up ends its operation', async () => {
    await using bench = await openWsmanBench();
    const leaving = new AbortController();
    const asked = bench.post(call('Wait', ''), {}, leaving.signal);
    asked.catch(() => undefined);
    while (bench.world.waiting.length === 0) await nextTurn();
    leaving.abort();
    await assert.rejects(asked);
    while (bench.world.waiting[0]?.aborted !== true) await nextTurn();
    while (bench.server.counts.operations > 0) await nextTurn();
  });

  test('one operation more than the bound ends with wsman:QuotaLimit', async () => {
    await using bench = await openWsmanBench({ limits: { operations: 1 } });
    const asked = bench.post(call('Wait', ''));
    while (bench.world.waiting.length === 0) await nextTurn();
    const refused = await bench.post(envelope({ selectors: keyOfA }));
    assert.equal(faultOf(refused), 'wsman:QuotaLimit');
    bench.world.release();
    assert.equal((await asked).status, 200);
    assert.equal((await bench.post(envelope({ selectors: keyOfA }))).status, 200);
  });

  test('a fault says what an operation failed with, and none of the secrets that it was told', async () => {
    await using bench = await openWsmanBench();
    const reply = await bench.post(call('Refuse', '<p:ChapSecret>open sesame</p:ChapSecret>'));
    assert.equal(faultOf(reply), 'wsman:InvalidParameter');
    const [text] = textsAt(reply.text, 'Envelope/Body/Fault/Detail/Text');
    assert.equal(text, 'ISCSI_BAD_ARGUMENT: *** is no secret');
  });

  test('of what nobody has foreseen the client learns nothing, and the owner all', async () => {
    await using bench = await openWsmanBench();
    const reply = await bench.post(call('Break', ''));
    assert.equal(reply.status, 500);
    assert.equal(faultOf(reply), 'wsman:InternalError');
    assert.doesNotMatch(reply.text, /swordfish/);
    assert.match(bench.faults.join(), /swordfish/);
  });
});

suite('subscriptions', () => {
  test('events of the class wait until they are fetched, in order, and a Pull waits for them', async () => {
    await using bench = await openWsmanBench();
    const { context } = await subscribe(bench);
    bench.world.emit('root/wmi', adapterEvent('one'));
    bench.world.emit('root/wmi', { className: 'MSiSCSI_Else', values: {} });
    bench.world.emit('root/wmi', adapterEvent('two'));
    const first = await bench.post(pullEvents(context, '<n:MaxElements>5</n:MaxElements>'));
    assert.deepEqual(inBody(first, 'PullResponse/Items/MSiSCSI_AdapterEvent/SupplementText'), ['one', 'two']);
    const waiting = bench.post(pullEvents(context));
    while (bench.server.counts.operations === 0) await nextTurn();
    bench.world.emit('root/wmi', adapterEvent('three'));
    bench.world.emit('root/wmi', adapterEvent('four'));
    assert.deepEqual(inBody(await waiting, 'PullResponse/Items/MSiSCSI_AdapterEvent/SupplementText'), ['three']);
    const last = await bench.post(pullEvents(context));
    assert.deepEqual(inBody(last, 'PullResponse/Items/MSiSCSI_AdapterEvent/SupplementText'), ['four']);
  });

  test('a WQL filter selects events, and their properties', async () => {
    await using bench = await openWsmanBench();
    const query = 'SELECT SupplementText FROM MSiSCSI_AdapterEvent WHERE EventType = 2';
    const { context } = await subscribe(bench, wql(query), `${wmiUri}*`);
    bench.world.emit('root/wmi', adapterEvent('one', 1));
    bench.world.emit('root/wmi', adapterEvent('two', 2));
    const reply = await bench.post(pullEvents(context, '<n:MaxElements>5</n:MaxElements>'));
    assert.deepEqual(inBody(reply, 'PullResponse/Items/XmlFragment/SupplementText'), ['two']);
  });

  test('a Pull to which nothing comes ends with wsman:TimedOut, after MaxTime or OperationTimeout, and the next goes on', async () => {
    const clock = new FakeClock();
    await using bench = await openWsmanBench({ clock });
    const { context } = await subscribe(bench);
    for (const [inner, headers] of [
      ['<n:MaxTime>PT2S</n:MaxTime>', '<w:OperationTimeout>PT9S</w:OperationTimeout>'],
      ['', '<w:OperationTimeout>PT2S</w:OperationTimeout>'],
    ] as const) {
      const asked = bench.post(
        envelope({ action: actions.pull, uri: eventUri, headers, body: pullBody(context, inner) }),
      );
      while (bench.server.counts.operations === 0) await nextTurn();
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      clock.jump(2000);
      assert.equal(faultOf(await asked), 'wsman:TimedOut');
    }
    bench.world.emit('root/wmi', adapterEvent('late'));
    const next = await bench.post(pullEvents(context));
    assert.deepEqual(inBody(next, 'PullResponse/Items/MSiSCSI_AdapterEvent/SupplementText'), ['late']);
  });

  test('events that nobody fetches are dropped, the oldest first, and their number is told', async () => {
    await using bench = await openWsmanBench({ limits: { waitingEvents: 2 } });
    const { context } = await subscribe(bench);
    for (const text of ['one', 'two', 'three', 'four']) bench.world.emit('root/wmi', adapterEvent(text));
    const reply = await bench.post(pullEvents(context, '<n:MaxElements>5</n:MaxElements>'));
    assert.deepEqual(inBody(reply, 'PullResponse/Items/DroppedEvents'), ['2']);
    assert.deepEqual(inBody(reply, 'PullResponse/Items/MSiSCSI_AdapterEvent/SupplementText'), ['three', 'four']);
    bench.world.emit('root/wmi', adapterEvent('five'));
    const next = await bench.post(pullEvents(context));
    assert.deepEqual(inBody(next, 'PullResponse/Items/DroppedEvents'), [], 'those that were lost are told once');
  });

  test('Renew, GetStatus and Unsubscribe go by the identifier; time ends a subscription that is not renewed', async () => {
    const clock = new FakeClock();
    await using bench = await openWsmanBench({ clock });
    const { id, context } = await subscribe(bench, '<e:Expires>PT60S</e:Expires>');
    const headers = `<e:Identifier>${id}</e:Identifier>`;
    const ask = async (action: string, body: string): Promise<WsmanReply> =>
      await bench.post(envelope({ action, uri: eventUri, headers, body }));
    clock.jump(50_000);
    assert.deepEqual(inBody(await ask(actions.getStatus, '<e:GetStatus/>'), 'GetStatusResponse/Expires'), ['PT10S']);
    const renewed = await ask(actions.renew, '<e:Renew><e:Expires>PT60S</e:Expires></e:Renew>');
    assert.deepEqual(inBody(renewed, 'RenewResponse/Expires'), ['PT60S']);
    clock.jump(59_000);
    assert.equal(bench.server.counts.subscriptions, 1);
    clock.jump(1000);
    assert.equal(bench.server.counts.subscriptions, 0);
    assert.equal(faultOf(await bench.post(pullEvents(context))), 'wsen:InvalidEnumerationContext');
    assert.equal(faultOf(await ask(actions.renew, '<e:Renew/>')), 'wse:UnableToRenew');
    assert.equal(faultOf(await ask(actions.unsubscribe, '<e:Unsubscribe/>')), 'wse:InvalidMessage');
    const second = await subscribe(bench);
    const end = envelope({
      action: actions.unsubscribe,
      uri: eventUri,
      headers: `<e:Identifier>${second.id}</e:Identifier>`,
      body: '<e:Unsubscribe/>',
    });
    assert.equal((await bench.post(end)).status, 200);
    assert.equal(bench.server.counts.subscriptions, 0);
  });

  test('what cannot be subscribed is refused, by its own fault', async () => {
    await using bench = await openWsmanBench({ limits: { subscriptions: 1 } });
    const ask = async (body: string, uri = eventUri): Promise<string> =>
      faultOf(await bench.post(envelope({ action: actions.subscribe, uri, body })));
    const push =
      '<e:Subscribe><e:Delivery><e:NotifyTo><a:Address>http://x</a:Address></e:NotifyTo></e:Delivery></e:Subscribe>';
    assert.equal(await ask(push), 'wse:DeliveryModeRequestedUnavailable');
    assert.equal(await ask(subscribeBody(), thingUri), 'wse:EventSourceUnableToProcess');
    assert.equal(await ask(subscribeBody('<w:SendBookmarks/>')), 'wsman:UnsupportedFeature Bookmarks');
    assert.equal(await ask(subscribeBody('<e:Expires>never</e:Expires>')), 'wse:InvalidExpirationTime');
    assert.equal(
      await ask(subscribeBody('<w:Filter Dialect="urn:x">x</w:Filter>')),
      'wse:FilteringRequestedUnavailable',
    );
    await subscribe(bench);
    assert.equal(await ask(subscribeBody()), 'wsman:QuotaLimit');
  });

  test('a second Pull at the same subscription is refused; closing the endpoint ends the first', async () => {
    const bench = await openWsmanBench();
    const { context } = await subscribe(bench);
    const waiting = bench.post(pullEvents(context));
    while (bench.server.counts.operations === 0) await nextTurn();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    assert.equal(faultOf(await bench.post(pullEvents(context))), 'wsman:Concurrency');
    const closed = bench.server.close();
    assert.equal(faultOf(await waiting), 'wsen:InvalidEnumerationContext');
    await closed;
    await assert.rejects(bench.post(envelope()));
  });
});
