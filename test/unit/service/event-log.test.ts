// The ring of events, and readers that are slow, late, or gone.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { nextTurn } from '../../../src/base/index.ts';
import type { ServiceEvent } from '../../../src/service/contract/events.ts';
import { EventLog } from '../../../src/service/events/event-log.ts';

async function take(events: AsyncIterable<ServiceEvent>, count: number): Promise<string[]> {
  const types: string[] = [];
  if (count === 0) return types;
  for await (const { type } of events) if (types.push(type) === count) break;
  return types;
}

suite('the event log', () => {
  test('a reader gets what happens after it began, each once and in order', async () => {
    const log = new EventLog('a', 8);
    log.publish('before');
    const events = log.read(undefined, undefined);
    log.publish('one');
    const read = take(events, 3);
    await nextTurn();
    log.publish('two');
    log.publish('three');
    assert.deepEqual(await read, ['one', 'two', 'three']);
  });

  test('a reader goes on after any event that is still known', async () => {
    const log = new EventLog('a', 3);
    for (const type of ['one', 'two', 'three', 'four']) log.publish(type);
    assert.deepEqual(await take(log.read('a-2', undefined), 2), ['three', 'four']);
    assert.deepEqual(await take(log.read('a-1', undefined), 3), ['two', 'three', 'four']);
  });

  test('what is not known any more is missed, and then come new ones alone', async () => {
    const log = new EventLog('a', 2);
    for (const type of ['one', 'two', 'three', 'four']) log.publish(type);
    for (const after of ['a-1', 'b-1', 'a-9', 'a--1', 'a-', '', 'x']) {
      const read = take(log.read(after, undefined), 2);
      await nextTurn();
      log.publish('new');
      assert.deepEqual(await read, ['eventsMissed', 'new'], after);
    }
  });

  test('a reader that is too slow is told, and where to go on from', async () => {
    const log = new EventLog('a', 2);
    const events = log.read(undefined, undefined)[Symbol.asyncIterator]();
    for (const type of ['one', 'two', 'three']) log.publish(type);
    const missed = (await events.next()).value as ServiceEvent;
    assert.deepEqual([missed.type, missed.id], ['eventsMissed', 'a-3']);
    log.publish('four');
    assert.equal(((await events.next()).value as ServiceEvent).type, 'four');
  });

  test('a reader ends with the log, after what was published, and by its signal', async () => {
    const log = new EventLog('a', 8);
    const read = take(log.read(undefined, undefined), 9);
    const abort = new AbortController();
    const aborted = take(log.read(undefined, abort.signal), 9);
    log.publish('last');
    await nextTurn();
    abort.abort(new Error('enough'));
    await assert.rejects(aborted, { message: 'enough' });
    log.close();
    log.publish('too late');
    assert.deepEqual(await read, ['last']);
  });

  test('a reader that has gone is not held until the next event', async () => {
    const log = new EventLog('run');
    const leave = async (): Promise<WeakRef<Error>> => {
      const reason = new Error('the reader goes');
      const going = new AbortController();
      const reading = log.read(undefined, going.signal)[Symbol.asyncIterator]().next();
      going.abort(reason);
      await assert.rejects(reading);
      return new WeakRef(reason);
    };
    const gone = await leave();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await nextTurn();
    collect();
    assert.equal(gone.deref(), undefined);
    log.close();
  });
});
