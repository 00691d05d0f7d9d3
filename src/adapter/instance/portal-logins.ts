// A login at one portal after the other, until one takes it; and what to say when none does.

import { IscsiError, LoginError, ServiceError, UsageError } from '../../base/index.ts';
import { formatEndpoint } from '../../engine/index.ts';
import type { Portal } from '../../session/index.ts';
import type { PortalCandidates, PortalFailure } from './portal-candidates.ts';

/** How many portals an error names. */
const mostNamed = 16;

/**
 * Logs in at the portals in turn. Rejects with the signal's reason, with what closes the initiator, or with what
 * `noPortal` makes of the failures.
 */
export async function logInAtPortals<S>(
  targetName: string,
  candidates: PortalCandidates,
  logIn: (portal: Portal) => Promise<S>,
  signal: AbortSignal,
): Promise<S> {
  while (true) {
    const portal = await candidates.next(signal);
    if (portal === undefined) throw noPortal(targetName, candidates.failures);
    try {
      return await logIn(portal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof IscsiError) || error.code === 'ISCSI_CLOSED') throw error;
      candidates.failed(portal, error);
    }
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
    return `${formatEndpoint({ address: portal.host, port: portal.port })} (${error.code}: ${error.message})`;
  });
  const more = failures.length - named.length;
  return more === 0 ? named.join(', ') : `${named.join(', ')} and ${more} more`;
}
