// The calls for sessions: LoginIScsiTarget, LogoutIScsiTarget, GetIScsiSessionList, GetIScsiSessionListEx.

import type { ConnectionInfo, InitiatorService, LoginInput, SessionInfo } from '../service/index.ts';
import { type Answer, answer, badArgument } from './answer.ts';
import { asSecret, isNull, readBoolean, readBytes, readText } from './arguments.ts';
import { asId, readId } from './ids.ts';
import { asAuthType, isMultipath, loginStatuses, readLoginOptions } from './login-options.ts';
import { readMapping } from './mapping.ts';
import { readOptionalPortal, readPlace } from './place.ts';
import { readSecurityFlags } from './security-flags.ts';
import type {
  ISCSI_CONNECTION_INFO,
  ISCSI_CONNECTION_INFO_EX,
  ISCSI_SESSION_INFO,
  ISCSI_SESSION_INFO_EX,
  ISCSI_UNIQUE_CONNECTION_ID,
  ISCSI_UNIQUE_SESSION_ID,
  LoginOptionsInput,
  TargetMappingInput,
  TargetPortalInput,
} from './structures.ts';

/** Sessions. */
export interface SessionCalls {
  /**
   * Logs in to a target that is known, or with IsPersistent keeps the login for every start of the service and then logs
   * in. A second session with a target takes ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED.
   */
  LoginIScsiTarget(
    TargetName: string,
    IsInformationalSession: boolean,
    InitiatorInstance?: string | null,
    InitiatorPortNumber?: number | null,
    TargetPortal?: TargetPortalInput | null,
    SecurityFlags?: number | bigint | null,
    Mappings?: TargetMappingInput | null,
    LoginOptions?: LoginOptionsInput | null,
    Key?: string | Uint8Array | null,
    IsPersistent?: boolean,
  ): Promise<
    Answer<{
      readonly UniqueSessionId: ISCSI_UNIQUE_SESSION_ID;
      readonly UniqueConnectionId: ISCSI_UNIQUE_CONNECTION_ID;
    }>
  >;
  /**
   * Ends a session once every device of it can go; an informational one at once. ISDSC_DEVICE_BUSY_ON_SESSION where
   * somebody holds a device, and then nothing has changed: Cause is the DeviceBusyError that names them.
   */
  LogoutIScsiTarget(UniqueSessionId: ISCSI_UNIQUE_SESSION_ID): Promise<Answer>;
  /** All sessions with their connections. */
  GetIScsiSessionList(): Promise<
    Answer<{ readonly SessionCount: number; readonly SessionInfo: readonly ISCSI_SESSION_INFO[] }>
  >;
  /** All sessions with what was agreed in their logins. */
  GetIScsiSessionListEx(): Promise<
    Answer<{ readonly SessionCountPtr: number; readonly SessionInfo: readonly ISCSI_SESSION_INFO_EX[] }>
  >;
}

/** The calls over a service. */
export function sessionCalls(service: InitiatorService): SessionCalls {
  return {
    LoginIScsiTarget: async (...given) =>
      await answer(
        async () => {
          const { sessionId, connectionId } = await service.login(readLogin(...given));
          return { UniqueSessionId: asId(sessionId), UniqueConnectionId: asId(connectionId) };
        },
        { ...loginStatuses, STORE_FAILED: 'ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA' },
      ),
    LogoutIScsiTarget: async (UniqueSessionId) =>
      await answer(async () => {
        await service.logout({ sessionId: readId(UniqueSessionId, 'UniqueSessionId') });
        return {};
      }),
    GetIScsiSessionList: async () =>
      await answer(async () => {
        const SessionInfo = (await service.sessions()).map(asSessionInfo);
        return { SessionCount: SessionInfo.length, SessionInfo };
      }),
    GetIScsiSessionListEx: async () =>
      await answer(async () => {
        const SessionInfo = (await service.sessions()).map(asSessionInfoEx);
        return { SessionCountPtr: SessionInfo.length, SessionInfo };
      }),
  };
}

function readLogin(
  ...[
    TargetName,
    IsInformationalSession,
    InitiatorInstance,
    InitiatorPortNumber,
    TargetPortal,
    SecurityFlags,
    Mappings,
    LoginOptions,
    Key,
    IsPersistent,
  ]: Parameters<SessionCalls['LoginIScsiTarget']>
): LoginInput {
  const targetName = readText(TargetName, 'TargetName');
  const isInformational = readBoolean(IsInformationalSession, 'IsInformationalSession');
  const place = readPlace(InitiatorInstance, InitiatorPortNumber, 'InitiatorInstance');
  if (place.instance === undefined && place.initiatorPort !== undefined) {
    badArgument('InitiatorPortNumber', 'ISCSI_ANY_INITIATOR_PORT where InitiatorInstance is null');
  }
  const portal = readOptionalPortal(TargetPortal, 'TargetPortal')?.address;
  const mapping = readMapping(Mappings);
  const loginOptions = readLoginOptions(LoginOptions);
  const isPersistent = isNull(IsPersistent) ? false : readBoolean(IsPersistent, 'IsPersistent');
  return {
    targetName,
    isInformational,
    ...place,
    ...(portal === undefined ? {} : { portal }),
    ...readSecurityFlags(SecurityFlags),
    ...(mapping === undefined ? {} : { mapping }),
    ...(loginOptions === undefined ? {} : { loginOptions }),
    ...readKey(Key),
    ...(isPersistent ? { isPersistent } : {}),
    existing: existingOf(isMultipath(loginOptions), isPersistent),
  };
}

/**
 * What a session that is there already means. A login that is to be kept is content with it: what was asked for is that the
 * login be kept, which refusing would not tell from failing.
 */
function existingOf(wantsSeveral: boolean, isPersistent: boolean): 'add' | 'find' | 'refuse' {
  if (wantsSeveral) return 'add';
  return isPersistent ? 'find' : 'refuse';
}

/** A preshared key for IPsec; none where it is empty. */
export function readKey(Key: unknown): { readonly key?: { readonly hex: string } } {
  const bytes = isNull(Key) ? new Uint8Array() : readBytes(Key, 'Key');
  return bytes.length === 0 ? {} : { key: asSecret(bytes) };
}

function asSessionInfo(session: SessionInfo): ISCSI_SESSION_INFO {
  // A connection that is being opened again is none now; its id is kept for when it is back.
  const Connections = session.connections.filter(({ state }) => state !== 'lost').map(asConnectionInfo);
  return {
    SessionId: asId(session.sessionId),
    InitiatorName: session.initiatorName,
    TargetNodeName: session.targetName,
    TargetName: session.targetName,
    ISID: new Uint8Array(Buffer.from(session.isid, 'hex')),
    TSID: twoBytes(session.tsih),
    ConnectionCount: Connections.length,
    Connections,
  };
}

function asConnectionInfo(connection: ConnectionInfo): ISCSI_CONNECTION_INFO {
  return {
    ConnectionId: asId(connection.connectionId),
    InitiatorAddress: connection.initiatorAddress?.host ?? '',
    TargetAddress: connection.targetAddress.host,
    InitiatorSocket: connection.initiatorAddress?.port ?? 0,
    TargetSocket: connection.targetAddress.port,
    CID: twoBytes(connection.cid),
  };
}

function asSessionInfoEx(session: SessionInfo): ISCSI_SESSION_INFO_EX {
  const { parameters } = session;
  const AuthType = asAuthType(session.authType);
  const Connections = session.connections.map((connection) => asConnectionInfoEx(connection, AuthType));
  return {
    SessionId: asId(session.sessionId),
    InitialR2t: parameters.initialR2t,
    ImmediateData: parameters.immediateData,
    Type: session.isInformational ? 1 : 2,
    DataSequenceInOrder: parameters.dataSequenceInOrder,
    DataPduInOrder: parameters.dataPduInOrder,
    ErrorRecoveryLevel: parameters.errorRecoveryLevel,
    MaxOutstandingR2t: parameters.maxOutstandingR2t,
    FirstBurstLength: parameters.firstBurstLength,
    MaxBurstLength: parameters.maxBurstLength,
    MaximumConnections: parameters.maxConnections,
    ConnectionCount: Connections.length,
    Connections,
  };
}

function asConnectionInfoEx(connection: ConnectionInfo, AuthType: number): ISCSI_CONNECTION_INFO_EX {
  return {
    ConnectionId: asId(connection.connectionId),
    State: stateOf(connection.state),
    Protocol: 6,
    HeaderDigest: Number(connection.headerDigest),
    DataDigest: Number(connection.dataDigest),
    MaxRecvDataSegmentLength: connection.maxRecvDataSegmentLength,
    AuthType,
    EstimatedThroughput: 0n,
    MaxDatagramSize: 0,
  };
}

/** ISCSI_CONNECTION_STATE of a state of docs/states.md: what is lost is to be logged in again. */
function stateOf(state: string): number {
  if (state === 'loggedIn') return 1;
  return state === 'inLogout' || state === 'logoutRequested' ? 2 : 0;
}

function twoBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}
