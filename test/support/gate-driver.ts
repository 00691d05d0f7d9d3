// A transport on which a test says which host answers and when, and that knows every link that is open.

import { type Deferred, deferred, nextTurn, onAbort } from '../../src/base/index.ts';
import type { Link, LinkEvents, Remote, TransportDriver } from '../../src/engine/index.ts';

/** A link that says nothing by itself, and is closed a turn after it was released. */
export class QuietLink implements Link {
  readonly local = { address: '192.0.2.1', port: 40_000 };
  readonly remote: Link['remote'];
  /** What it was told: `start`, `pause`, `resume`, `end`, `destroy`, `reset`. */
  readonly calls: string[] = [];
  events!: LinkEvents;
  readonly #released: () => void;
  #isReleased = false;

  constructor({ host, port }: Remote, released: () => void) {
    this.remote = { address: host, port };
    this.#released = released;
  }

  start(events: LinkEvents): void {
    this.calls.push('start');
    this.events = events;
  }

  write(): void {}

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  end(): void {
    this.calls.push('end');
  }

  destroy(): void {
    this.#release('destroy', undefined);
  }

  reset(): void {
    this.#release('reset', undefined);
  }

  /** The peer resets it. */
  lose(): void {
    this.#release('lost', new Error('ECONNRESET'));
  }

  #release(call: string, error: Error | undefined): void {
    this.calls.push(call);
    if (this.#isReleased) return;
    this.#isReleased = true;
    void nextTurn().then(() => {
      this.#released();
      this.events.closed(error);
    });
  }
}

/**
 * Holds every connect until `answer` or `refuse` is called for its host. Over `inner`, an answer lets the connect through
 * to it; else it gives a QuietLink. A host of neither stays silent, as behind a firewall that drops.
 */
export class GateDriver implements TransportDriver {
  readonly name = 'gate';
  /** The hosts that connects went to, in order, refused and silent ones too. */
  readonly connects: string[] = [];
  /** Links that have not been released. */
  readonly open: Set<Link> = new Set();
  /** The QuietLinks by host, the last of each. */
  readonly links: Map<string, QuietLink> = new Map();
  /** The addresses of host names, which gates and links are then told by. */
  readonly names: Map<string, readonly string[]> = new Map();
  readonly #inner: TransportDriver | undefined;
  readonly #waiting = new Map<string, Deferred<Error | undefined>[]>();
  /** How many connects wait at a gate, and the most that did. */
  waiting = 0;
  most = 0;

  constructor(inner?: TransportDriver) {
    this.#inner = inner;
  }

  checkBinding(): void {}

  /** Lets the connects to a host through that wait now. */
  answer(host: string): void {
    for (const gate of this.#waiting.get(host)?.splice(0) ?? []) gate.resolve(undefined);
  }

  /** Has them refused. */
  refuse(host: string, error: Error = Object.assign(new Error('ECONNREFUSED'), { code: 'ECONNREFUSED' })): void {
    for (const gate of this.#waiting.get(host)?.splice(0) ?? []) gate.resolve(error);
  }

  async lookUp({ host }: Remote): Promise<readonly string[]> {
    await Promise.resolve();
    return this.names.get(host) ?? [];
  }

  async connect(...[to, binding, signal]: Parameters<TransportDriver['connect']>): Promise<Link> {
    const remote: Remote = { host: to.address ?? to.host, port: to.port };
    this.connects.push(remote.host);
    const gate = deferred<Error | undefined>();
    const gates = this.#waiting.get(remote.host) ?? [];
    this.#waiting.set(remote.host, [...gates, gate]);
    const remove = onAbort(signal, () => {
      gate.reject(signal.reason);
    });
    this.waiting += 1;
    this.most = Math.max(this.most, this.waiting);
    try {
      const answer = await gate.promise;
      if (answer !== undefined) throw answer;
    } finally {
      this.waiting -= 1;
      remove();
    }
    return this.#inner === undefined ? this.#quiet(remote) : await this.#through(remote, binding, signal);
  }

  #quiet(remote: Remote): Link {
    const link = new QuietLink(remote, () => this.open.delete(link));
    this.links.set(remote.host, link);
    this.open.add(link);
    return link;
  }

  async #through(...to: Parameters<TransportDriver['connect']>): Promise<Link> {
    const link = await this.#inner!.connect(...to);
    this.open.add(link);
    const start = link.start.bind(link);
    link.start = (events) => {
      const closed = (error: Error | undefined): void => {
        this.open.delete(link);
        events.closed(error);
      };
      start({
        received: events.received.bind(events),
        ...(events.nextBuffer === undefined ? {} : { nextBuffer: events.nextBuffer.bind(events) }),
        written: events.written.bind(events),
        ended: events.ended.bind(events),
        closed,
      });
    };
    return link;
  }
}
