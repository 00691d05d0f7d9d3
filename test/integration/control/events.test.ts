// The event stream: as it happens, on after a lost line, and to its end.

import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { type ControlClient, type ControlServer, openControlClient, openControlServer } from 'hawser/control';
import { type Clock, deferred, nextTurn, raceAbort, ServiceError } from '../../../src/base/index.ts';
import type { ServiceEvent } from '../../../src/service/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type FakeService, fakeService } from '../../support/fake-initiator-service.ts';
import { ask } from '../../support/raw-http.ts';
import { sampleEvent } from '../../support/service-samples.ts';
import { makeTempDir } from '../../support/temp.ts';

/** A source of events that a test feeds. */
class Feed {
  readonly #events: ServiceEvent[] = [];
  readonly readers: (string | undefined)[] = [];
  left = 0;
  #more = deferred();
  #end: Error | 'end' | undefined;

  say(count: number): void {
    const from = this.#events.length;
    for (let at = 1; at <= count; at += 1) {
      this.#events.push({ ...sampleEvent, id: `run-${from + at}`, detail: { at: from + at } });
    }
    this.#wake();
  }

  end(how: Error | 'end' = 'end'): void {
    this.#end = how;
    this.#wake();
  }

  #wake(): void {
    const more = this.#more;
    this.#more = deferred();
    more.resolve();
  }

  async *read(after: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<ServiceEvent, void> {
    this.readers.push(after);
    let next = after === undefined ? this.#events.length : Number(after.slice('run-'.length));
    try {
      while (true) {
        const event = this.#events[next];
        if (event !== undefined) {
          next += 1;
          yield event;
        } else if (this.#end !== undefined) {
          if (this.#end === 'end') return;
          throw this.#end;
        } else {
          await raceAbort(this.#more.promise, signal);
        }
      }
    } finally {
      this.left += 1;
    }
  }
}

interface Bench extends AsyncDisposable {
  readonly feed: Feed;
  readonly server: ControlServer;
  readonly client: ControlClient;
  readonly path: string;
  readonly calls: FakeService['calls'];
}

async function openBench(clock?: Clock): Promise<Bench> {
  const folder = await makeTempDir();
  const feed = new Feed();
  const { service, calls } = fakeService({ events: (after, signal) => feed.read(after, signal) });
  const path = folder.file('s');
  const server = await openControlServer({ service, socketPath: path, ...(clock === undefined ? {} : { clock }) });
  const client = openControlClient({ socketPath: path });
  return {
    feed,
    server,
    client,
    path,
    calls,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Takes the numbers of the next events. */
async function take(events: AsyncIterator<ServiceEvent>, count: number): Promise<unknown[]> {
  const numbers: unknown[] = [];
  while (numbers.length < count) {
    const { done, value } = (await events.next()) as IteratorResult<ServiceEvent, undefined>;
    if (done === true) break;
    numbers.push(value.detail['at']);
  }
  return numbers;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

/** A stranger between client and server, who cuts the line. */
async function openProxy(to: string, path: string): Promise<{ cut(): void; server: Server; count(): number }> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((near) => {
    count += 1;
    const far = connect(to);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return { cut, server, count: () => count };
}

suite('events', () => {
  test('come as they happen, whole, and end with the service', async () => {
    await using bench = await openBench();
    const events = bench.client.events()[Symbol.asyncIterator]();
    const first = events.next();
    await until(() => bench.feed.readers.length === 1);
    bench.feed.say(1);
    assert.deepEqual(await first, { done: false, value: { ...sampleEvent, id: 'run-1', detail: { at: 1 } } });
    bench.feed.say(3);
    assert.deepEqual(await take(events, 3), [2, 3, 4]);
    bench.feed.end();
    assert.deepEqual(await events.next(), { done: true, value: undefined });
    assert.equal(bench.feed.left, 1);
  });

  test('go on from where a reader was who says so', async () => {
    await using bench = await openBench();
    bench.feed.say(5);
    const events = bench.client.events({ after: 'run-2' })[Symbol.asyncIterator]();
    assert.deepEqual(await take(events, 3), [3, 4, 5]);
    await events.return?.();
    await until(() => bench.feed.left === 1);
  });

  test('go on after a line that was cut, without one missing or twice', async () => {
    await using bench = await openBench();
    await using folder = await makeTempDir();
    const proxy = await openProxy(bench.path, folder.file('p'));
    await using client = openControlClient({ socketPath: folder.file('p') });
    const events = client.events({ after: 'run-0' })[Symbol.asyncIterator]();
    const seen: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      bench.feed.say(4);
      seen.push(...(await take(events, 4)));
      proxy.cut();
    }
    bench.feed.say(1);
    seen.push(...(await take(events, 1)));
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    assert.deepEqual(bench.feed.readers, ['run-0', 'run-4', 'run-8', 'run-12']);
    await events.return?.();
    proxy.server.close();
  });

  test('are looked for no longer than the reader says when the service has gone: SERVICE_NOT_RUNNING', async () => {
    await using bench = await openBench();
    await using folder = await makeTempDir();
    const proxy = await openProxy(bench.path, folder.file('p'));
    await using client = openControlClient({ socketPath: folder.file('p'), reconnectMs: 0 });
    const events = client.events({ after: 'run-0' })[Symbol.asyncIterator]();
    bench.feed.say(1);
    await take(events, 1);
    proxy.server.close();
    proxy.cut();
    await assert.rejects(events.next(), { name: 'ServiceError', code: 'SERVICE_NOT_RUNNING' });
  });

  test('end with the reason when the reader gives up, and the service hears of it', async () => {
    await using bench = await openBench();
    const controller = new AbortController();
    const events = bench.client.events({}, { signal: controller.signal })[Symbol.asyncIterator]();
    const next = events.next();
    await until(() => bench.feed.readers.length === 1);
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(next, reason);
    await until(() => bench.feed.left === 1);
  });

  test('end with the error that the service fails with', async () => {
    await using bench = await openBench();
    const events = bench.client.events()[Symbol.asyncIterator]();
    const next = events.next();
    await until(() => bench.feed.readers.length === 1);
    bench.feed.end(new ServiceError('SERVICE_FAILED', 'No more'));
    await assert.rejects(next, { name: 'ServiceError', code: 'SERVICE_FAILED', message: 'No more' });
  });

  test('end when the server is closed', async () => {
    await using bench = await openBench();
    const events = bench.client.events()[Symbol.asyncIterator]();
    const next = events.next();
    await until(() => bench.feed.readers.length === 1);
    await bench.server.close();
    assert.deepEqual(await next, { done: true, value: undefined });
  });

  test('are text/event-stream: id and data, Last-Event-ID before `after`, and a heartbeat', async () => {
    const clock = new FakeClock();
    await using bench = await openBench(clock);
    bench.feed.say(2);
    const headers = { 'last-event-id': 'run-1' };
    const answer = ask({ socketPath: bench.path, path: '/v1/events?after=run-0', headers });
    await until(() => bench.feed.readers.length === 1);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    await clock.advance(15_000);
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    bench.feed.end();
    const { headers: answered, text } = await answer;
    assert.match(String(answered['content-type']), /^text\/event-stream/);
    const event = JSON.stringify({ ...sampleEvent, id: 'run-2', detail: { at: 2 } });
    assert.equal(text, `retry: 1000\n\nid: run-2\ndata: ${event}\n\n:\n\nevent: end\ndata: {}\n\n`);
  });

  test('that nobody reads end after the limit, and hold nothing up', async () => {
    const clock = new FakeClock();
    await using bench = await openBench(clock);
    const socket = connect(bench.path);
    socket.on('error', () => undefined).pause();
    socket.write('GET /v1/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await until(() => bench.feed.readers.length === 1);
    bench.feed.say(20_000);
    for (let turn = 0; turn < 1000; turn += 1) await nextTurn();
    assert.equal(bench.feed.left, 0, 'a reader has its time');
    await clock.advance(30_000);
    await until(() => bench.feed.left === 1);
    socket.destroy();
  });
});
