// The events of the service: in order, to go on from after a lost line.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Service, ServiceEvent } from 'hawser/service';
import { eventOf, openLab, targetName } from './service-lab.ts';

/** The events after one, up to and with the first of a type. */
async function eventsUpTo(service: Service, after: string, type: string): Promise<ServiceEvent[]> {
  const events: ServiceEvent[] = [];
  for await (const event of service.events({ after }, { signal: AbortSignal.timeout(15_000) })) {
    events.push(event);
    if (event.type === type) break;
  }
  return events;
}

suite('events of the service', () => {
  test('a reader goes on after the event it names, and misses none', async () => {
    await using lab = await openLab();
    const { service } = lab;
    const target = await lab.target();
    const added = eventOf(service, 'portalAdded');
    await service.addPortal(target.portal);
    const { id } = await added;
    const { sessionId } = await service.login({ targetName });
    await service.logout({ sessionId });
    const events = await eventsUpTo(service, id, 'sessionLoggedOut');
    const types = events.map(({ type }) => type);
    for (const type of ['targetFound', 'discoveryDone', 'sessionLoggedIn', 'sessionLoggedOut']) {
      assert.ok(types.includes(type), `${type} in ${types.join(' ')}`);
    }
    const [, second] = events;
    assert.deepEqual(await eventsUpTo(service, second?.id ?? '', 'sessionLoggedOut'), events.slice(2));
  });

  test('a device that is added is told with its path', async () => {
    await using lab = await openLab();
    const { service } = lab;
    await service.addPortal((await lab.target()).portal);
    const added = eventOf(service, 'deviceAdded');
    await service.login({ targetName });
    assert.equal((await added).path, `${targetName}/0`);
  });

  test('an event that is not known any more, or of another run, gives eventsMissed first', async () => {
    await using lab = await openLab();
    for (const after of ['other-1', 'nonsense']) {
      const [event] = await eventsUpTo(lab.service, after, 'eventsMissed');
      assert.equal(event?.type, 'eventsMissed');
    }
  });
});
