// The command window of a session: commands come on any connection and are delivered in the order of CmdSN
// (RFC 7143 §4.2.2.1).

import { snAdd, snBefore, snDistance } from '../base/index.ts';

/** Where a CmdSN stands: the next one, ahead of a gap, or to be ignored (outside of the window, or there already). */
export type WindowPlace = 'next' | 'ahead' | 'ignored';

/**
 * Hands numbered commands on in order. Of `depth` slots, each delivered command holds one until it is released; the
 * window that is left is what MaxCmdSN tells, so that it never promises room that is not there and never goes back.
 */
export class CommandWindow<T> {
  readonly #depth: number;
  readonly #held = new Map<number, T>();
  /** CmdSNs that were plugged ahead of the gap: taken as received, with nothing to deliver (§7.11, §11.6.1). */
  readonly #plugged = new Set<number>();
  #expCmdSn: number;
  #active = 0;

  constructor(depth: number, firstCmdSn: number) {
    this.#depth = depth;
    this.#expCmdSn = firstCmdSn;
  }

  get expCmdSn(): number {
    return this.#expCmdSn;
  }

  get maxCmdSn(): number {
    return snAdd(this.#expCmdSn, this.#depth - this.#active - 1);
  }

  /** Whether there is no room for even one command. */
  get isClosed(): boolean {
    return this.#active >= this.#depth;
  }

  place(cmdSn: number): WindowPlace {
    const ahead = snDistance(this.#expCmdSn, cmdSn);
    if (ahead < 0 || ahead >= this.#depth - this.#active) return 'ignored';
    if (ahead === 0) return 'next';
    return this.#held.has(cmdSn) || this.#plugged.has(cmdSn) ? 'ignored' : 'ahead';
  }

  /** Takes a command in. Returns those that may be delivered now, oldest first; none when it is held or ignored. */
  offer(cmdSn: number, item: T): T[] {
    if (this.place(cmdSn) === 'ignored') return [];
    this.#held.set(cmdSn, item);
    return this.#advance();
  }

  /** Takes a CmdSN as received though its command has not come. Returns what may be delivered now. */
  plug(cmdSn: number): T[] {
    if (this.place(cmdSn) === 'ignored') return [];
    this.#plugged.add(cmdSn);
    return this.#advance();
  }

  /** Gives a slot back: a delivered command is done. */
  release(): void {
    this.#active -= 1;
  }

  /** Drops held commands, whose CmdSNs are then missing again. */
  discard(matches: (item: T) => boolean): void {
    for (const [cmdSn, item] of this.#held) if (matches(item)) this.#held.delete(cmdSn);
  }

  /** Whether every command before `cmdSn` has come. */
  hasReached(cmdSn: number): boolean {
    return !snBefore(this.#expCmdSn, cmdSn);
  }

  #advance(): T[] {
    const ready: T[] = [];
    for (;;) {
      const item = this.#held.get(this.#expCmdSn);
      if (item !== undefined) {
        this.#held.delete(this.#expCmdSn);
        this.#active += 1;
        ready.push(item);
      } else if (!this.#plugged.delete(this.#expCmdSn)) return ready;
      this.#expCmdSn = snAdd(this.#expCmdSn, 1);
    }
  }
}
