// An initiator whose timers and links can be counted, on a clock that may run faster than the machine's.

import assert from 'node:assert/strict';
import { Initiator, tcpDriver } from 'hawser';
import type { Link, LinkEvents, TransportDriver } from 'hawser/engine';
import { type Clock, systemClock, type Timer } from '../../src/base/index.ts';
import { eventually } from './eventually.ts';

/** What is to be watched. */
export interface WatchOptions {
  readonly name?: string;
  /** How much faster than the machine's the initiator's clock runs; 1 unless given. */
  readonly speed?: number;
}

/** An initiator under watch. */
export interface WatchedInitiator {
  readonly initiator: Initiator;
  /** The clock that the initiator has. */
  readonly clock: Clock;
  /** How often a link was asked for. */
  readonly connects: number;
  /** Asserts that no timer is armed, and that no link is there or on its way. Call it when the initiator is closed. */
  nothingLeft(): Promise<void>;
}

/** Makes an initiator and watches it. */
export function watchInitiator({ name = 'iqn.2026-11.test:watched', speed = 1 }: WatchOptions = {}): WatchedInitiator {
  const clock = new WatchedClock(speed);
  const transport = new WatchedDriver(tcpDriver());
  return {
    initiator: new Initiator({ name, clock, transport }),
    clock,
    get connects() {
      return transport.connects;
    },
    nothingLeft: async () => {
      const left = (): object => ({ timers: clock.armed.size, links: transport.links });
      // A link is closed when the kernel has let go of its socket, a turn or two after it was dropped.
      await eventually(left, () => clock.armed.size === 0 && transport.links === 0, { withinMs: 2_000 });
      assert.deepEqual(left(), { timers: 0, links: 0 });
    },
  };
}

class WatchedClock implements Clock {
  readonly armed = new Set<Timer>();
  readonly #speed: number;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return systemClock.now() * this.#speed;
  }

  schedule(delayMs: number, callback: () => void, options?: { unref?: boolean }): Timer {
    const fired = (): void => {
      this.armed.delete(watched);
      callback();
    };
    const timer = systemClock.schedule(delayMs / this.#speed, fired, options);
    const watched: Timer = {
      cancel: () => {
        this.armed.delete(watched);
        timer.cancel();
      },
    };
    this.armed.add(watched);
    return watched;
  }
}

class WatchedDriver implements TransportDriver {
  readonly name = 'watched';
  links = 0;
  connects = 0;
  readonly #inner: TransportDriver;

  constructor(inner: TransportDriver) {
    this.#inner = inner;
  }

  checkBinding(...args: Parameters<TransportDriver['checkBinding']>): void {
    this.#inner.checkBinding(...args);
  }

  async connect(...args: Parameters<TransportDriver['connect']>): Promise<Link> {
    this.links += 1;
    this.connects += 1;
    try {
      return this.#watch(await this.#inner.connect(...args));
    } catch (error) {
      this.links -= 1;
      throw error;
    }
  }

  #watch(link: Link): Link {
    const start = (events: LinkEvents): void => {
      link.start({
        received: (chunk) => {
          events.received(chunk);
        },
        nextBuffer: (scratch) => events.nextBuffer?.(scratch) ?? scratch,
        written: () => {
          events.written();
        },
        ended: () => {
          events.ended();
        },
        closed: (error) => {
          this.links -= 1;
          events.closed(error);
        },
      });
    };
    return {
      start,
      local: link.local,
      remote: link.remote,
      write: link.write.bind(link),
      pause: link.pause.bind(link),
      resume: link.resume.bind(link),
      end: link.end.bind(link),
      destroy: link.destroy.bind(link),
      reset: link.reset.bind(link),
    };
  }
}
