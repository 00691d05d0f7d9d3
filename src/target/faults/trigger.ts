// When a fault acts: which connections it concerns, how often it lets things pass, how often it strikes, by what chance.

import { type Deferred, deferred, seededRandom, UsageError } from '../../base/index.ts';
import type { HookConnection } from '../hooks.ts';
import { type FaultParameter, fraction, integer, text } from './parameter.ts';
import type { FaultSettings } from './settings.ts';

/** Whom a fault concerns; everybody unless given. */
export const connectionSelectors: readonly FaultParameter[] = [
  integer('cid', [0, 65_535], 'only the connection with this CID'),
  integer('session', [1, 0xffff_ffff], 'only the session with this id, as `target.sessions()` gives it'),
  text('initiator', /^\S+$/, 'iqn.2026-01.example:host', 'only the initiator of this name'),
];

/** When a fault strikes. `count` is how often it does unless told otherwise; 0 is always. */
export function timing(count: number): readonly FaultParameter[] {
  return [
    integer('after', [0, 0xffff_ffff], 'how many that match pass before it strikes', { standard: 0 }),
    integer('count', [0, 0xffff_ffff], 'how often it strikes; 0 is always', { standard: count }),
    fraction('probability', 'the chance with which it strikes each that matches', { standard: 1 }),
    integer('seed', [1, 0xffff_ffff], 'what the chances are drawn from', { standard: 1 }),
  ];
}

/** The selectors and the timing of one fault, and its hits. */
export class Trigger {
  readonly #settings: FaultSettings;
  readonly #random: () => number;
  readonly #waiting = new Map<number, Deferred<void>>();
  #seen = 0;
  #hits = 0;
  #isOver = false;

  constructor(settings: FaultSettings) {
    this.#settings = settings;
    this.#random = seededRandom(settings.maybeNumber('seed') ?? 1);
  }

  /** How often the fault has struck. */
  get hits(): number {
    return this.#hits;
  }

  /** Whether it will never strike again. */
  get isSpent(): boolean {
    const count = this.#settings.maybeNumber('count') ?? 0;
    return this.#isOver || (count > 0 && this.#hits >= count);
  }

  /** Whether the fault concerns this connection. */
  selects({ cid, sessionId, initiatorName }: HookConnection): boolean {
    const settings = this.#settings;
    return (
      (settings.maybeNumber('cid') ?? cid) === cid &&
      (settings.maybeNumber('session') ?? sessionId) === sessionId &&
      (settings.maybeText('initiator')?.toLowerCase() ?? initiatorName) === initiatorName
    );
  }

  /** Something matches: whether the fault strikes it. A strike is counted. */
  strikes(): boolean {
    if (this.isSpent) return false;
    this.#seen += 1;
    if (this.#seen <= (this.#settings.maybeNumber('after') ?? 0)) return false;
    const probability = this.#settings.maybeNumber('probability') ?? 1;
    if (probability < 1 && this.#random() >= probability) return false;
    this.count();
    return true;
  }

  /** Counts a strike that was decided on elsewhere. */
  count(): void {
    this.#hits += 1;
    for (const [wanted, waiter] of this.#waiting) {
      if (wanted > this.#hits) continue;
      this.#waiting.delete(wanted);
      waiter.resolve();
    }
  }

  /** Resolves when the fault has struck `times`; rejects with `ISCSI_WRONG_STATE` when it is removed before that. */
  async reached(times: number): Promise<void> {
    if (this.#hits >= times) return;
    if (this.#isOver) throw removedError(times, this.#hits);
    let waiter = this.#waiting.get(times);
    if (waiter === undefined) {
      waiter = deferred();
      this.#waiting.set(times, waiter);
    }
    await waiter.promise;
  }

  /** The fault was removed. */
  end(): void {
    this.#isOver = true;
    for (const [wanted, waiter] of this.#waiting) waiter.reject(removedError(wanted, this.#hits));
    this.#waiting.clear();
  }
}

function removedError(times: number, hits: number): UsageError {
  return new UsageError('ISCSI_WRONG_STATE', `The fault was removed after ${hits} hits, before it had ${times}`);
}
