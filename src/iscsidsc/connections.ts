// The calls for connections of a session: AddIScsiConnection, RemoveIScsiConnection.

import type { ConnectionInfo, InitiatorService, UniqueId } from '../service/index.ts';
import { type Answer, answer, refuse } from './answer.ts';
import { requireNull } from './arguments.ts';
import { asId, readId } from './ids.ts';
import { loginStatuses, readLoginOptions } from './login-options.ts';
import { readPlace, readPortal } from './place.ts';
import { readSecurityFlags } from './security-flags.ts';
import { readKey } from './sessions.ts';
import type {
  ISCSI_UNIQUE_CONNECTION_ID,
  ISCSI_UNIQUE_SESSION_ID,
  LoginOptionsInput,
  TargetPortalInput,
} from './structures.ts';

/** Connections. */
export interface ConnectionCalls {
  /** Adds a connection to a session, through a portal of the portal group that the session is in. */
  AddIScsiConnection(
    UniqueSessionId: ISCSI_UNIQUE_SESSION_ID,
    Reserved: null | undefined,
    InitiatorPortNumber: number | null | undefined,
    TargetPortal: TargetPortalInput,
    SecurityFlags?: number | bigint | null,
    LoginOptions?: LoginOptionsInput | null,
    Key?: string | Uint8Array | null,
  ): Promise<Answer<{ readonly ConnectionId: ISCSI_UNIQUE_CONNECTION_ID }>>;
  /** Removes a connection from a session: never the last one, never the leading one. */
  RemoveIScsiConnection(
    UniqueSessionId: ISCSI_UNIQUE_SESSION_ID,
    ConnectionId: ISCSI_UNIQUE_CONNECTION_ID,
  ): Promise<Answer>;
}

/** The calls over a service. */
export function connectionCalls(service: InitiatorService): ConnectionCalls {
  return {
    AddIScsiConnection: async (
      UniqueSessionId,
      Reserved,
      InitiatorPortNumber,
      TargetPortal,
      SecurityFlags,
      LoginOptions,
      Key,
    ) =>
      await answer(async () => {
        const sessionId = readId(UniqueSessionId, 'UniqueSessionId');
        requireNull(Reserved, 'Reserved');
        const { initiatorPort } = readPlace(undefined, InitiatorPortNumber, '');
        const loginOptions = readLoginOptions(LoginOptions);
        const { connectionId } = await service.addConnection({
          sessionId,
          ...(initiatorPort === undefined ? {} : { initiatorPort }),
          portal: readPortal(TargetPortal, 'TargetPortal').address,
          ...readSecurityFlags(SecurityFlags),
          ...(loginOptions === undefined ? {} : { loginOptions }),
          ...readKey(Key),
        });
        return { ConnectionId: asId(connectionId) };
      }, loginStatuses),
    RemoveIScsiConnection: async (UniqueSessionId, ConnectionId) =>
      await answer(async () => {
        const sessionId = readId(UniqueSessionId, 'UniqueSessionId');
        const connectionId = readId(ConnectionId, 'ConnectionId');
        await requireQuiet(service, sessionId);
        await service.removeConnection({ sessionId, connectionId });
        return {};
      }),
  };
}

/** Refuses while the session, or any connection of it, is being logged out: one removal at a time. */
async function requireQuiet(service: InitiatorService, sessionId: UniqueId): Promise<void> {
  const { state, connections } = await service.session({ sessionId });
  if (state === 'leaving') refuse('ISDSC_SESSION_BUSY', 'The session is being logged out');
  if (connections.some(isLeaving)) {
    refuse('ISDSC_REMOVE_CONNECTION_IN_PROGRESS', 'A connection of the session is being removed');
  }
}

/** A connection that is there and takes no commands is on its way out. */
function isLeaving({ state, role }: ConnectionInfo): boolean {
  return state !== 'lost' && role === 'unusable';
}
