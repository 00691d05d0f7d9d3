// Connecting to a peer in several ways at once, with the completion options of RXCE_CONNECTION_CREATE_OPTIONS.

import {
  deferred,
  type IscsiError,
  nextTurn,
  raceAbort,
  TransportError,
  throwIfAborted,
  UsageError,
} from '../base/index.ts';
import { type CircuitHandlers, formatEndpoint } from './circuit.ts';
import { ConnectRace } from './connect-race.ts';
import type { ConnectAttempt, Contender, ContenderOptions, TakenCircuit } from './contender.ts';

/**
 * Whose circuits the caller gets. `first`: the first that answers; of those that answer in the same turn of the event loop,
 * the first in the order given. `best`: of those that answer, the first in the order given; decided as soon as no better one
 * can come. `all`: every one that answers; decided when each has answered or failed.
 */
export type ConnectSelection = 'first' | 'best' | 'all';

/** A connect in several ways at once. */
export interface ConnectOverManyOptions extends ContenderOptions {
  /** In the order of preference. Each has the whole of `connectTimeoutMs`, from its own start. */
  readonly attempts: readonly ConnectAttempt[];
  readonly select: ConnectSelection;
  /**
   * Makes the handlers of a circuit that has won, at the decision. No other circuit has any, and nothing is lost that a
   * peer said before.
   */
  readonly handlers: (attempt: ConnectAttempt, index: number) => CircuitHandlers;
  /** How many connects may be under way at a time; 16 unless set. */
  readonly mostAtOnce?: number;
  /** Ends everything before the decision; it has no say afterwards. */
  readonly signal?: AbortSignal;
}

/** A circuit that has won, and what it came from. Its connection is the caller's, to be torn down. */
export interface ConnectWinner extends TakenCircuit {
  readonly attempt: ConnectAttempt;
  /** Its place in `attempts`. */
  readonly index: number;
}

/** An attempt that did not connect, or whose circuit was lost before the decision. */
export interface ConnectFailure {
  readonly attempt: ConnectAttempt;
  readonly index: number;
  readonly error: IscsiError;
}

/** What a connect in several ways came to. */
export interface ConnectDecision {
  /** At least one; in the order of the attempts. */
  readonly winners: readonly ConnectWinner[];
  /** Those that had failed at the decision. One that was given up for a winner has not failed. */
  readonly failures: readonly ConnectFailure[];
}

/** A connect in several ways that is under way. */
export interface ConnectOverMany {
  /**
   * Rejects with the error of the attempt where there is but one; with TransportError `ISCSI_CONNECT_FAILED`, which names
   * each and whose cause is an AggregateError of theirs in order, when all have failed; with the signal's own reason; or
   * with what `handlers` throws. Then no circuit is the caller's.
   */
  readonly decided: Promise<ConnectDecision>;
  /**
   * Settles when there is a decision and nothing is left of the attempts that have not won: connects are ended, links are
   * released. It needs no worker, so a worker item may wait for it. Never rejects.
   */
  readonly cleanedUp: Promise<void>;
}

/** How many attempts an error names. */
const mostNamed = 16;

/**
 * Connects in several ways at once, one connect an attempt. Each is on the address that it starts from, whose teardown ends
 * it and waits for it. Throws UsageError `ISCSI_BAD_ARGUMENT` where there is no attempt, or for a bound that is none.
 */
export function connectOverMany(options: ConnectOverManyOptions): ConnectOverMany {
  const { attempts, connectTimeoutMs, closeTimeoutMs, mostAtOnce } = options;
  if (attempts.length === 0) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', 'there is no attempt to connect by', { argument: 'attempts' });
  }
  let changed = deferred();
  const race = new ConnectRace({
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(closeTimeoutMs === undefined ? {} : { closeTimeoutMs }),
    ...(mostAtOnce === undefined ? {} : { mostAtOnce }),
    changed: () => {
      const told = changed;
      changed = deferred();
      told.resolve();
    },
  });
  const decided = decide(race, options, () => changed.promise);
  const cleanedUp = decided.then(
    () => race.close(),
    () => race.close(),
  );
  return { decided, cleanedUp };
}

async function decide(
  race: ConnectRace,
  { attempts, select, handlers, signal }: ConnectOverManyOptions,
  changed: () => Promise<void>,
): Promise<ConnectDecision> {
  throwIfAborted(signal);
  const contenders = attempts.map((attempt) => race.enter(attempt));
  while (true) {
    const next = changed();
    if (select === 'first' && contenders.some(hasAnswered)) await nextTurn();
    throwIfAborted(signal);
    const winners = takeAll(contenders, chosenBy(select, contenders), handlers);
    if (winners.length > 0) return { winners, failures: failuresOf(contenders) };
    const failures = failuresOf(contenders);
    if (failures.length === attempts.length) throw allFailed(failures);
    await raceAbort(next, signal);
  }
}

/** Those that win as things stand; none while that is open. */
function chosenBy(select: ConnectSelection, contenders: readonly Contender[]): readonly Contender[] {
  switch (select) {
    case 'first':
      return contenders.filter(hasAnswered).slice(0, 1);
    case 'best': {
      const best = contenders.find(({ state }) => state !== 'failed');
      return best !== undefined && hasAnswered(best) ? [best] : [];
    }
    case 'all':
      return contenders.some(isOpen) ? [] : contenders.filter(hasAnswered);
  }
}

/** Those whose circuits are still there. All handlers are made first, so that none is taken when one cannot be made. */
function takeAll(
  contenders: readonly Contender[],
  chosen: readonly Contender[],
  handlers: ConnectOverManyOptions['handlers'],
): ConnectWinner[] {
  const made = chosen.map((contender) => {
    const index = contenders.indexOf(contender);
    return { contender, index, handlers: handlers(contender.attempt, index) };
  });
  return made.flatMap(({ contender, index, handlers: own }) => {
    const taken = contender.take(own);
    return taken === undefined ? [] : [{ ...taken, attempt: contender.attempt, index }];
  });
}

function failuresOf(contenders: readonly Contender[]): ConnectFailure[] {
  return contenders.flatMap(({ attempt, error }, index) => (error === undefined ? [] : [{ attempt, index, error }]));
}

function allFailed(failures: readonly ConnectFailure[]): IscsiError {
  const [first, ...others] = failures;
  if (first !== undefined && others.length === 0) return first.error;
  const errors = failures.map(({ error }) => error);
  const named = failures.slice(0, mostNamed).map(({ attempt, error }) => {
    return `${addressOf(attempt)} (${error.code}: ${error.message})`;
  });
  const more = failures.length > named.length ? ` and ${failures.length - named.length} more` : '';
  const list = `${named.join(', ')}${more}`;
  return new TransportError('ISCSI_CONNECT_FAILED', `could not connect in any of ${failures.length} ways: ${list}`, {
    address: addressesOf(failures),
    cause: new AggregateError(errors, `${failures.length} connects failed`),
    isRetryable: errors.some((error) => error.isRetryable),
  });
}

function addressesOf(failures: readonly ConnectFailure[]): string {
  return [...new Set(failures.slice(0, mostNamed).map(({ attempt }) => addressOf(attempt)))].join(', ');
}

function addressOf({ remote: { host, port } }: ConnectAttempt): string {
  return formatEndpoint({ address: host, port });
}

function hasAnswered({ state }: Contender): boolean {
  return state === 'answered';
}

function isOpen({ state }: Contender): boolean {
  return state === 'queued' || state === 'connecting';
}
