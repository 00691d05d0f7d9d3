// Which session somebody means: by its id, by a part of the id that only one has, or by the name of its target.

import { ServiceError } from '../../base/index.ts';
import type { ConnectionInfo, SessionInfo } from '../../service/index.ts';
import { CommandLineError } from '../failure.ts';
import type { ServiceContext } from './service-action.ts';

/** Less than this of an id is taken for a slip. */
const shortestPart = 4;

/** What the help of an argument that names a session says. */
export const sessionArgument = 'its id, or the beginning or end of it (4 digits or more), or the name of its target';

/** The session that is meant. SERVICE_SESSION_UNKNOWN for none, CommandLineError for several. */
export async function findSession(context: ServiceContext, text: string): Promise<SessionInfo> {
  const found = await findSessions(context, text);
  return only(found, text, ({ sessionId, targetName }) => `${sessionId} (${targetName})`);
}

/** As `findSession`, but the name of a target means all sessions with it. */
export async function findSessions({ service, signal }: ServiceContext, text: string): Promise<SessionInfo[]> {
  const sessions = await service.sessions({ signal });
  const byTarget = sessions.filter(({ targetName }) => targetName === text.toLowerCase());
  if (byTarget.length > 0) return byTarget;
  const byId = sessions.filter(({ sessionId }) => isMeant(sessionId, text));
  if (byId.length === 0) {
    const message = `There is no session ${isTargetName(text) ? 'with the target' : 'that has the id'} ${text}`;
    throw new ServiceError('SERVICE_SESSION_UNKNOWN', message, { field: 'sessionId' });
  }
  return [only(byId, text, ({ sessionId, targetName }) => `${sessionId} (${targetName})`)];
}

/** The connection of a session that is meant, by its id, a part of it, or its number in `hawser session show`. */
export function findConnection({ connections, sessionId }: SessionInfo, text: string): ConnectionInfo {
  const numbered = /^\d{1,3}$/.test(text) ? connections[Number(text) - 1] : undefined;
  if (numbered !== undefined) return numbered;
  const found = connections.filter(({ connectionId }) => isMeant(connectionId, text));
  if (found.length === 0) {
    const message = `The session ${sessionId} has no connection ${text}`;
    throw new ServiceError('SERVICE_CONNECTION_UNKNOWN', message, { field: 'connectionId' });
  }
  return only(found, text, ({ connectionId }) => connectionId);
}

function isMeant(id: string, text: string): boolean {
  const part = text.toLowerCase();
  if (id === part) return true;
  return part.length >= shortestPart && (id.startsWith(part) || id.endsWith(part));
}

function isTargetName(text: string): boolean {
  return /^(iqn|eui|naa)\./i.test(text);
}

function only<T>(found: readonly T[], text: string, name: (one: T) => string): T {
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  throw new CommandLineError(`${text} may be any of ${found.map(name).join(', ')}`);
}
