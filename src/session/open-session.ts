// Opening a session: a ready one comes out, or nothing is left behind.

import { Session } from './session.ts';
import type { SessionOptions } from './session-options.ts';

/**
 * Connects, logs in and resolves with a session that takes commands. Follows redirects. Rejects with TransportError,
 * TimeoutError, LoginError, ProtocolError, UsageError or the signal's reason. The signal has no say afterwards.
 */
export async function openSession(options: SessionOptions, signal?: AbortSignal): Promise<Session> {
  const session = new Session(options);
  await session.open(signal);
  return session;
}
