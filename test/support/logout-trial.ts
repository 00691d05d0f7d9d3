// What the logout matrices have in common: a row, and the trial that a session's logout goes through in it.

import assert from 'node:assert/strict';
import type { InitiatorSession, SessionLimits } from 'hawser';
import type { WatchedInitiator } from './watched-initiator.ts';

/** A state in which a session is left, and how that ends. */
export interface LogoutRow<Ground> {
  readonly state: string;
  /** Brings the session into the state. */
  readonly reach?: (ground: Ground) => Promise<void> | void;
  /** How the logout ends: confirmed by the target, or with one of these codes. */
  readonly ends: 'clean' | readonly string[];
  /** The limits whose sum is that of the logout; logoutTimeoutMs alone unless given. */
  readonly within?: readonly (keyof SessionLimits)[];
  /** How much faster than the machine's the initiator's clock runs, where limits are waited for. */
  readonly speed?: number;
}

/** What a busy machine may add to any limit. */
const slackMs = 8_000;

/**
 * Leaves by force, twice, and checks that both calls get one result, the one of the row, within its limits. Resolves with
 * how long it took by the initiator's clock.
 */
export async function leaveInTime<Ground>(
  row: LogoutRow<Ground>,
  session: InitiatorSession,
  watched: WatchedInitiator,
  limits: SessionLimits,
): Promise<number> {
  const { speed = 1 } = row;
  const { clock } = watched;
  watched.hurry(speed);
  const began = clock.now();
  const first = session.logout({ force: true });
  assert.equal(session.logout(), first);
  const { isClean, error } = await first;
  const tookMs = clock.now() - began;
  if (row.ends === 'clean') assert.ok(isClean, String(error));
  else assert.ok(row.ends.includes(error?.code ?? ''), String(error));
  const limitMs = (row.within ?? ['logoutTimeoutMs']).reduce((sum, name) => sum + limits[name], 0);
  assert.ok(tookMs < limitMs + slackMs * speed, `took ${tookMs} ms`);
  assert.equal(session.state, 'free');
  assert.equal(session.logout(), first);
  return tookMs;
}

/** Work that the logout may make fail, and that must settle then. */
export function goesOn(work: Promise<unknown>[], each: Promise<unknown>): void {
  each.catch(() => undefined);
  work.push(each);
}
