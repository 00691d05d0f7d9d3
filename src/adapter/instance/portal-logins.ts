// A login at one portal after the other, until one takes it; and what to say when none does.

import { type Clock, IscsiError, LoginError, ServiceError, sleep, TimeoutError, UsageError } from '../../base/index.ts';
import { formatEndpoint } from '../../engine/index.ts';
import type { Portal } from '../../session/index.ts';
import type { PortalCandidates, PortalFailure, PortalTurn } from './portal-candidates.ts';

/** How many portals an error names. */
const mostNamed = 16;

/** A login at whichever portal takes it. */
export interface PortalLogin<S> {
  readonly targetName: string;
  readonly clock: Clock;
  readonly candidates: PortalCandidates;
  /** Rejects soon after its signal, and then leaves nothing behind. */
  readonly logIn: (turn: PortalTurn, signal: AbortSignal) => Promise<S>;
  /** How long a login may take while another portal waits. */
  readonly hurryMs: number;
}

/**
 * Logs in at the portals in turn. A portal that takes connections in and no more would cost the whole limit of a login: it
 * is put off until the others have been tried. Rejects with the signal's reason, with what closes the initiator, or with what
 * `noPortal` makes of the failures.
 */
export async function logInAtPortals<S>(login: PortalLogin<S>, signal: AbortSignal): Promise<S> {
  const { targetName, candidates } = login;
  while (true) {
    const turn = await candidates.next(signal);
    if (turn === undefined) throw noPortal(targetName, candidates.failures);
    const { portal } = turn;
    try {
      return await attempt(login, turn, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HurryError) candidates.putOff(portal, error.cause);
      else if (error instanceof IscsiError && error.code !== 'ISCSI_CLOSED') candidates.strike(portal, error);
      else throw error;
    }
  }
}

/** Rejects with HurryError when it took too long for those who wait behind it. */
async function attempt<S>(login: PortalLogin<S>, turn: PortalTurn, signal: AbortSignal): Promise<S> {
  const end = new AbortController();
  const both = AbortSignal.any([signal, end.signal]);
  const { candidates, clock, hurryMs } = login;
  const hurry = Promise.all([sleep(clock, hurryMs, both), candidates.another(both)]).then(
    () => {
      end.abort(new HurryError(turn.portal, hurryMs));
    },
    () => undefined,
  );
  try {
    return await login.logIn(turn, both);
  } finally {
    end.abort();
    await hurry;
  }
}

/** Why a login was put off. Never leaves this file. */
class HurryError extends Error {
  override readonly cause: IscsiError;

  constructor(portal: Portal, limitMs: number) {
    const message = `The login at ${addressOf(portal)} did not finish in ${limitMs} ms, and another portal waited`;
    super(message);
    this.cause = new TimeoutError('ISCSI_LOGIN_TIMEOUT', message, { operation: 'login', limitMs });
  }
}

/**
 * The error for a login that no portal took. That of a single portal is told as it is. Of several, a refusal by the
 * target says more than a portal that was not reached, and gives the code; the message names every portal and why.
 */
export function noPortal(targetName: string, failures: readonly PortalFailure[]): IscsiError {
  const [first, ...others] = failures;
  if (first === undefined) return new ServiceError('SERVICE_NO_PORTAL', `No portal of ${targetName} is known`);
  if (others.length === 0) return first.error;
  const errors = failures.map(({ error }) => error);
  const cause = new AggregateError(errors, `${failures.length} portals of ${targetName} failed`);
  const isRetryable = errors.some((error) => error.isRetryable);
  const refusal = errors.find((error) => error instanceof LoginError);
  if (refusal !== undefined) {
    const { code, statusClass, statusDetail, key } = refusal;
    return new LoginError(code, `No portal of ${targetName} takes the login: ${listOf(failures)}`, {
      cause,
      isRetryable,
      ...(statusClass === undefined ? {} : { statusClass }),
      ...(statusDetail === undefined ? {} : { statusDetail }),
      ...(key === undefined ? {} : { key }),
    });
  }
  // What the caller did wrong is wrong at every portal.
  if (errors.every((error) => error instanceof UsageError)) return first.error;
  return new ServiceError('SERVICE_NO_PORTAL', `No portal of ${targetName} answers: ${listOf(failures)}`, {
    cause,
    isRetryable,
  });
}

function listOf(failures: readonly PortalFailure[]): string {
  const named = failures.slice(0, mostNamed).map(({ portal, error }) => {
    return `${addressOf(portal)} (${error.code}: ${error.message})`;
  });
  const more = failures.length - named.length;
  return more === 0 ? named.join(', ') : `${named.join(', ')} and ${more} more`;
}

function addressOf({ host, port }: Portal): string {
  return formatEndpoint({ address: host, port });
}
