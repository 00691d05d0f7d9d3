// What the steps of the tour have in common: they wait for what is to happen, and fail when it does not.

import { type ErrorCode, IscsiError, sleep, systemClock } from '../../base/index.ts';
import type { ConnectionInfo, InitiatorService, ServiceEvent, SessionInfo, UniqueId } from '../../service/index.ts';
import type { EventFollower } from './event-follower.ts';
import type { TourLoad } from './load.ts';

/** How long the tour waits for something that is a matter of milliseconds, or of the wait after a loss. */
const patienceMs = 20_000;

/** From one look to the next. */
const lookMs = 5;

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

/** Waits until there is something, looking every few milliseconds. A load that has failed is stopped, which throws its error. */
export async function untilThere<T>(
  look: () => T | undefined | Promise<T | undefined>,
  load: TourLoad | undefined,
  signal: AbortSignal,
): Promise<T> {
  const deadline = systemClock.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (load?.isStopped === true) await load.stop();
    require(systemClock.now() < deadline, `what was waited for did not come within ${patienceMs} ms`);
    await sleep(systemClock, lookMs, signal);
  }
}

/** Waits until `isTrue`, as `untilThere` does. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  load: TourLoad | undefined,
  signal: AbortSignal,
): Promise<void> {
  await untilThere(async () => ((await isTrue()) ? true : undefined), load, signal);
}

/** Waits for an event from the place `from` on. */
export async function untilTold(
  { events, type, from, isMeant }: Awaited,
  load: TourLoad | undefined,
  signal: AbortSignal,
): Promise<ServiceEvent> {
  return await untilThere(() => events.find(type, from, isMeant), load, signal);
}

interface Awaited {
  readonly events: EventFollower;
  readonly type: string;
  readonly from: number;
  readonly isMeant?: (event: ServiceEvent) => boolean;
}

/** Fails the tour unless `isSo`. */
export function require(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(`The tour went wrong: ${otherwise}`);
}

/** How many commands a connection of a session has carried; 0 for one that is not there. */
export async function commandsOn(
  service: InitiatorService,
  sessionId: UniqueId,
  connectionId: UniqueId,
): Promise<number> {
  const { connections } = await service.session({ sessionId });
  return connections.find((connection) => connection.connectionId === connectionId)?.tasksSent ?? 0;
}

/** The connections of a session that are open, by their ids. */
export function openConnections({ connections }: SessionInfo): UniqueId[] {
  return connections.filter(({ state }) => state === 'loggedIn').map(({ connectionId }) => connectionId);
}

/** The leading connection of a session, or one that is not. */
export function connectionThat(isLeading: boolean, { connections }: SessionInfo): ConnectionInfo {
  const connection = connections.find((each) => each.isLeading === isLeading);
  require(connection !== undefined, `the session has no connection that is ${isLeading ? '' : 'not '}leading`);
  return connection;
}
