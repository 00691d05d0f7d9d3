// Who may write where at the same time. A read-modify-write puts back neighbouring bytes that it has read before, so no
// other write may land on its blocks in between; all other writes may run beside each other.
//
// While no read-modify-write is about, a write passes by counting itself in and out. When one comes, writes that come
// after it state their range and wait when it overlaps; the read-modify-write itself first waits for those that were
// only counted, since nobody knows where they write.

import { channels, type Deferred, deferred, onAbort, SessionError, throwIfAborted } from '../base/index.ts';

/** A range of bytes that a write holds or waits for. */
export interface WriteHold {
  readonly start: number;
  readonly end: number;
  readonly isExclusive: boolean;
}

interface Waiter {
  readonly hold: WriteHold;
  readonly granted: Deferred<WriteHold>;
}

const waiterBound = 4096;

/** The gate that all writes of one disk pass. */
export class WriteGate {
  /** Writes under way that passed by counting. */
  #counted = 0;
  /** Exclusive holds and exclusive waiters. */
  #exclusive = 0;
  readonly #holds = new Set<WriteHold>();
  #waiters: Waiter[] = [];

  /** Whether no read-modify-write is about, so that a write need not state its range. */
  get isOpen(): boolean {
    return this.#exclusive === 0;
  }

  /** Counts a write in. Only while `isOpen`. */
  enterOpen(): void {
    this.#counted += 1;
  }

  /** Counts a write out that was counted in. */
  leaveOpen(): void {
    this.#counted -= 1;
    if (this.#counted === 0 && this.#waiters.length > 0) this.#grant();
  }

  /**
   * Takes bytes `start` to `end`, as soon as no overlapping hold stands against it and, for an exclusive one, all
   * counted writes have left. First come, first served among those that overlap. Rejects with the signal's reason, or
   * with ISCSI_QUEUE_FULL when 4096 wait already.
   */
  async enter(start: number, end: number, isExclusive: boolean, signal: AbortSignal | undefined): Promise<WriteHold> {
    throwIfAborted(signal);
    const hold = { start, end, isExclusive };
    if (isExclusive) this.#exclusive += 1;
    if (this.#mayHold(hold, this.#waiters.length)) {
      this.#holds.add(hold);
      return hold;
    }
    const waiter = { hold, granted: deferred<WriteHold>() };
    if (this.#waiters.length === waiterBound) {
      this.#forget(hold);
      channels.queueFull.publish({ name: 'disk writes', bound: waiterBound });
      throw new SessionError('ISCSI_QUEUE_FULL', `${waiterBound} writes wait for overlapping ones already`);
    }
    this.#waiters.push(waiter);
    return await this.#wait(waiter, signal);
  }

  /** Does `work` while holding bytes `start` to `end`, or counted in where that is enough. */
  async pass<T>(
    start: number,
    end: number,
    isExclusive: boolean,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    if (!isExclusive && this.isOpen) {
      this.enterOpen();
      try {
        return await work();
      } finally {
        this.leaveOpen();
      }
    }
    const hold = await this.enter(start, end, isExclusive, signal);
    try {
      return await work();
    } finally {
      this.leave(hold);
    }
  }

  /** Gives a hold back. */
  leave(hold: WriteHold): void {
    this.#holds.delete(hold);
    this.#forget(hold);
    this.#grant();
  }

  async #wait(waiter: Waiter, signal: AbortSignal | undefined): Promise<WriteHold> {
    if (signal === undefined) return await waiter.granted.promise;
    const remove = onAbort(signal, () => {
      const at = this.#waiters.indexOf(waiter);
      if (at === -1) return; // granted in this very turn: the write itself will hear the signal
      this.#waiters.splice(at, 1);
      this.#forget(waiter.hold);
      waiter.granted.reject(signal.reason);
      this.#grant();
    });
    try {
      return await waiter.granted.promise;
    } finally {
      remove();
    }
  }

  #forget(hold: WriteHold): void {
    if (hold.isExclusive) this.#exclusive -= 1;
  }

  #grant(): void {
    for (let at = 0; at < this.#waiters.length; ) {
      const waiter = this.#waiters[at];
      if (waiter === undefined || !this.#mayHold(waiter.hold, at)) {
        at += 1;
        continue;
      }
      this.#waiters.splice(at, 1);
      this.#holds.add(waiter.hold);
      waiter.granted.resolve(waiter.hold);
    }
  }

  /** Whether a hold conflicts with nothing held and with none of the first `ahead` waiters. */
  #mayHold(hold: WriteHold, ahead: number): boolean {
    if (hold.isExclusive && this.#counted > 0) return false;
    for (const other of this.#holds) if (conflict(hold, other)) return false;
    for (let at = 0; at < ahead; at += 1) {
      const other = this.#waiters[at];
      if (other !== undefined && conflict(hold, other.hold)) return false;
    }
    return true;
  }
}

function conflict(a: WriteHold, b: WriteHold): boolean {
  return (a.isExclusive || b.isExclusive) && a.start < b.end && b.start < a.end;
}
