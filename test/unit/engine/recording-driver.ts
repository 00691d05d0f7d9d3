// A driver whose links do nothing by themselves: a test reads what they were told and plays their events.

import { deferred } from '../../../src/base/index.ts';
import type { Link, LinkEvents, TransportDriver } from '../../../src/engine/index.ts';

/** A link that writes down every call. */
export class RecordingLink implements Link {
  readonly local = { address: '192.0.2.1', port: 40_000 };
  readonly remote = { address: '2001:db8::1', port: 3260 };
  readonly calls: string[] = [];
  readonly batches: (readonly Uint8Array[])[] = [];
  events!: LinkEvents;

  start(events: LinkEvents): void {
    this.events = events;
  }

  write(pieces: readonly Uint8Array[]): void {
    this.batches.push(pieces);
  }

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
    this.calls.push('destroy');
  }

  reset(): void {
    this.calls.push('reset');
  }
}

/** A driver that hands out `link`, or with `hangs` never connects and counts how often it was told to give up. */
export class RecordingDriver implements TransportDriver {
  readonly name = 'recording';
  readonly link: RecordingLink = new RecordingLink();
  hangs = false;
  /** Set to let a link through although the signal was aborted meanwhile. */
  connected: Promise<void> | undefined;
  givenUp = 0;

  checkBinding(): void {}

  async connect(_remote: unknown, _binding: unknown, signal: AbortSignal): Promise<Link> {
    if (this.hangs) {
      const aborted = deferred();
      signal.addEventListener('abort', () => {
        aborted.resolve();
      });
      await aborted.promise;
      this.givenUp += 1;
      throw signal.reason as Error;
    }
    await this.connected;
    return this.link;
  }
}
