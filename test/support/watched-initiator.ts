// An initiator whose timers and links can be counted, on a clock that can be made to run faster than the machine's.

import assert from 'node:assert/strict';
import { Initiator, tcpDriver } from 'hawser';
import type { Link, LinkEvents, TransportDriver } from 'hawser/engine';
import { type Clock, systemClock, type Timer } from '../../src/base/index.ts';
import { eventually } from './eventually.ts';

/** An initiator under watch. */
export interface WatchedInitiator {
  readonly initiator: Initiator;
  /** The clock that the initiator has. */
  readonly clock: Clock;
  /** Lets that clock run so many times faster from now on. What has been scheduled stays as it was. */
  hurry(speed: number): void;
  /** How often a link was asked for. */
  readonly connects: number;
  /** Asserts that no timer is armed, and that no link is there or on its way. Call it when the initiator is closed. */
  nothingLeft(): Promise<void>;
}

/** Makes an initiator and watches it. */
export function watchInitiator(name = 'iqn.2026-11.test:watched'): WatchedInitiator {
  const clock = new WatchedClock();
  const transport = new WatchedDriver(tcpDriver());
  return {
    initiator: new Initiator({ name, clock, transport }),
    clock,
    hurry: (speed) => {
      clock.hurry(speed);
    },
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
  #speed = 1;
  /** What the clock showed when it got this speed, and when that was. */
  #shown = systemClock.now();
  #since = this.#shown;

  now(): number {
    return this.#shown + (systemClock.now() - this.#since) * this.#speed;
  }

  hurry(speed: number): void {
    this.#shown = this.now();
    this.#since = systemClock.now();
    this.#speed = speed;
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
