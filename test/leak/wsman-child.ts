// Run as a process of its own by wsman.test.ts: serves WS-Management in the way that it is told, and must then exit.

import { nextTurn } from '../../src/base/index.ts';
import { openWsmanBench, textsAt } from '../support/wsman-bench.ts';
import {
  actions,
  enumerateBody,
  envelope,
  pullBody,
  subscribeBody,
  thingUri,
  wmiUri,
} from '../support/wsman-envelopes.ts';

const [, , how = ''] = process.argv;
const { server, world, post } = await openWsmanBench({ limits: { closeTimeoutMs: 100 } });
const eventUri = `${wmiUri}MSiSCSI_AdapterEvent`;

if (how === 'enumerations and subscriptions that are open') {
  await post(envelope({ action: actions.enumerate, body: enumerateBody('<n:Expires>PT1H</n:Expires>') }));
  await post(envelope({ action: actions.subscribe, uri: eventUri, body: subscribeBody() }));
  await server.close();
} else if (how === 'a client that waits for events') {
  const subscribed = await post(envelope({ action: actions.subscribe, uri: eventUri, body: subscribeBody() }));
  const [context = ''] = textsAt(subscribed.text, 'Envelope/Body/SubscribeResponse/EnumerationContext');
  const waiting = post(envelope({ action: actions.pull, uri: eventUri, body: pullBody(context) }));
  while (server.counts.operations === 0) await nextTurn();
  await server.close();
  await Promise.allSettled([waiting]);
} else {
  const called = post(envelope({ action: `${thingUri}/Wait` })).catch(() => undefined);
  while (world.waiting.length === 0) await nextTurn();
  await server.close();
  await called;
}
