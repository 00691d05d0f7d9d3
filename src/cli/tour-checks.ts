// What the steps of the tour have in common: they wait for what is to happen, and fail when it does not.

import type { InitiatorSession } from '../adapter/index.ts';
import { type ErrorCode, IscsiError, sleep, systemClock } from '../base/index.ts';
import type { TourLoad } from './tour-load.ts';

/** How long the tour waits for something that is a matter of milliseconds, or of the wait after a loss. */
const patienceMs = 20_000;

/** The error with which `work` is refused; anything else fails the tour. */
export async function refusal(code: ErrorCode, work: () => Promise<unknown>): Promise<IscsiError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof IscsiError && error.code === code) return error;
    throw error;
  }
  throw new Error(`What is to be refused with ${code} was done`);
}

/** Waits until `isTrue`, looking every few milliseconds. A load that has failed is stopped, which throws its error. */
export async function until(isTrue: () => boolean, load: TourLoad | undefined, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.now() + patienceMs;
  while (!isTrue()) {
    if (load?.isStopped === true) await load.stop();
    require(systemClock.now() < deadline, `what was waited for did not come within ${patienceMs} ms`);
    await sleep(systemClock, 2, signal);
  }
}

/** Fails the tour unless `isSo`. */
export function require(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(`The tour went wrong: ${otherwise}`);
}

/** How many commands a connection has carried; 0 for one that is not there. */
export function commandsOn(session: InitiatorSession, cid: number): number {
  return session.connections.find((connection) => connection.cid === cid)?.tasksSent ?? 0;
}

/** The CIDs of a session's connections. */
export function connectionsOf(session: InitiatorSession): number[] {
  return session.connections.map(({ cid }) => cid);
}
