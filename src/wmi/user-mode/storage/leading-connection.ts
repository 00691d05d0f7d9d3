// The connection that a session began with, by which the storage classes tell what is of the whole session.

import type { ConnectionInfo, SessionInfo } from '../../../service/index.ts';

/** The leading connection; the first one while there is none. */
export function leadingOf({ connections }: SessionInfo): ConnectionInfo | undefined {
  return connections.find(({ isLeading }) => isLeading) ?? connections[0];
}
