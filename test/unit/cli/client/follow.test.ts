// `hawser events` and --watch: what is printed when something changes, and how following ends.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deferred, onAbort } from '../../../../src/base/index.ts';
import { Interruption } from '../../../../src/cli/index.ts';
import type { ServiceEvent, SessionInfo } from '../../../../src/service/index.ts';
import { makeFakeService } from '../../../support/answering-service.ts';
import { runCli } from '../../../support/cli-world.ts';
import { disk, sampleId, sampleSession } from '../../../support/sample-answers.ts';

function event(number: number, changes: Partial<ServiceEvent> = {}): ServiceEvent {
  return {
    id: `1-${number}`,
    at: '2026-11-21T18:00:00.123Z',
    type: 'sessionLoggedIn',
    sessionId: sampleId(1),
    targetName: disk,
    detail: {},
    ...changes,
  };
}

/** Events that come one by one, each when the test says so; they end by the signal. */
class Feed {
  readonly #queue: ServiceEvent[] = [];
  #more = deferred();
  #isOver = false;

  push(...events: ServiceEvent[]): void {
    this.#queue.push(...events);
    this.#more.resolve();
  }

  end(): void {
    this.#isOver = true;
    this.#more.resolve();
  }

  async *read(signal: AbortSignal): AsyncGenerator<ServiceEvent> {
    onAbort(signal, () => {
      this.end();
    });
    for (;;) {
      if (signal.aborted) return;
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else if (this.#isOver) return;
      else {
        await this.#more.promise;
        this.#more = deferred();
      }
    }
  }

  /** As `InitiatorService.events`. */
  get events(): (input: unknown, options: { signal: AbortSignal }) => AsyncIterable<ServiceEvent> {
    return (_input, { signal }) => this.read(signal);
  }
}

suite('events', () => {
  const some = [
    event(1),
    event(2, { type: 'connectionLost', connectionId: sampleId(2), detail: { reason: 'The line was "lost"', cid: 1 } }),
  ];

  test('are a line each: when, which, what, and what there is to say of it', async () => {
    const feed = new Feed();
    feed.push(...some);
    feed.end();
    const { service, calls } = makeFakeService({ events: feed.events });
    const { status, stdout } = await runCli(['events', '--after', '1-0'], { service });
    assert.deepEqual(calls, [['events', { after: '1-0' }]]);
    assert.equal(
      stdout,
      `2026-11-21T18:00:00.123Z 1-1 sessionLoggedIn sessionId=${sampleId(1)} targetName=${disk}
2026-11-21T18:00:00.123Z 1-2 connectionLost sessionId=${sampleId(1)} targetName=${disk} connectionId=${sampleId(2)} reason="The line was \\"lost\\"" cid=1
`,
    );
    assert.equal(status, 110, 'a service that stops is a failure for whoever follows it');
  });

  test('are a document a line with --json', async () => {
    const feed = new Feed();
    feed.push(...some);
    feed.end();
    const { service } = makeFakeService({ events: feed.events });
    const { stdout } = await runCli(['events', '--json'], { service });
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      some,
    );
  });

  test('end well by SIGINT', async () => {
    const aborter = new AbortController();
    const feed = new Feed();
    const { service } = makeFakeService({ events: feed.events });
    const running = runCli(['events'], { service, signal: aborter.signal });
    aborter.abort(new Interruption('SIGINT'));
    const { status, stderr } = await running;
    assert.deepEqual([status, stderr], [0, '']);
  });
});

suite('--watch', () => {
  /** Watches sessions through these states, one an event, and then ends it. */
  async function watch(
    argv: readonly string[],
    states: readonly SessionInfo['state'][],
    isTerminal = false,
  ): Promise<{ status: number; stdout: string }> {
    const aborter = new AbortController();
    const feed = new Feed();
    let looks = 0;
    const sessions = (): SessionInfo[] => {
      const state = states[looks] ?? 'loggedIn';
      looks += 1;
      if (looks < states.length) feed.push(event(looks));
      else aborter.abort(new Interruption('SIGINT'));
      return [sampleSession(1, { state })];
    };
    const { service } = makeFakeService({ sessions, events: feed.events });
    return await runCli(argv, { service, signal: aborter.signal, isTerminal });
  }

  test('prints a table a change, an empty line between, and nothing for an event that changes nothing', async () => {
    const { status, stdout } = await watch(['sessions', '--watch'], ['loggedIn', 'loggedIn', 'lost', 'loggedIn']);
    assert.equal(status, 0);
    const tables = stdout.split('\n\n');
    assert.equal(tables.length, 3);
    assert.deepEqual(
      tables.map((table) => / (loggedIn|lost) /.exec(table)?.[1]),
      ['loggedIn', 'lost', 'loggedIn'],
    );
  });

  test('prints a document a line with --json', async () => {
    const { stdout } = await watch(['sessions', '--watch', '--json'], ['loggedIn', 'lost']);
    const documents = stdout.trimEnd().split('\n');
    const states = documents.map((line) => (JSON.parse(line) as { sessions: SessionInfo[] }).sessions[0]?.state);
    assert.deepEqual(states, ['loggedIn', 'lost']);
  });

  test('draws in the same place on a terminal', async () => {
    const { stdout } = await watch(['sessions', '--watch'], ['loggedIn', 'lost'], true);
    assert.equal(stdout.split('\u001b[H\u001b[2J').length, 3);
    assert.ok(!stdout.includes('\n\n'));
  });

  test('ends with the service', async () => {
    const feed = new Feed();
    feed.end();
    const { service } = makeFakeService({ sessions: [], events: feed.events });
    const { status, stdout, stderr } = await runCli(['sessions', '--watch'], { service });
    assert.equal(status, 110);
    assert.equal(stdout, 'No sessions\n');
    assert.match(stderr, /SERVICE_STOPPING/);
  });
});
