// MSiSCSI_InitiatorSessionInfo: all sessions of an adapter with their connections, those for discovery too.

import type { InitiatorInstance, InstanceConnection, InstanceSession } from '../../adapter/index.ts';
import { parsePortal } from '../../base/index.ts';
import { ipAddressOf } from '../ip-address.ts';
import type { StructureInput } from '../layout/index.ts';
import type { DataBlock } from '../provider/index.ts';
import {
  ISCSI_AUTH_TYPES,
  ISCSI_CONNECTION_PROTOCOL,
  ISCSI_CONNECTION_STATE,
  ISCSI_SESSION_TYPE,
} from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { LinkSpeeds } from './link-speeds.ts';

type Session = StructureInput<'ISCSI_SessionStaticInfo'>;
type Connection = StructureInput<'ISCSI_ConnectionStaticInfo'>;
type Discovery = ReturnType<InitiatorInstance['discoverySessions']>[number];
type AuthType = InstanceSession['authType'];

const isidLength = 6;
/** Bytes per second of a megabit per second. */
const bytesOfMegabit = 125_000;

const authTypes: Readonly<Record<AuthType, number>> = {
  none: ISCSI_AUTH_TYPES.ISCSI_NO_AUTH_TYPE,
  chap: ISCSI_AUTH_TYPES.ISCSI_CHAP_AUTH_TYPE,
  mutualChap: ISCSI_AUTH_TYPES.ISCSI_MUTUAL_CHAP_AUTH_TYPE,
};

/** An instance an adapter. */
export function sessionInfo({ adapters }: WmiGround): DataBlock<'MSiSCSI_InitiatorSessionInfo'> {
  return {
    className: 'MSiSCSI_InitiatorSessionInfo',
    instances: async () =>
      await Promise.all(
        adapters.map(async (adapter) => {
          const speeds = new LinkSpeeds(await adapter.portFacts());
          const sessions = adapter.sessions().map((session) => asSession(session, speeds));
          const discoveries = adapter.discoverySessions().map((discovery) => asDiscovery(discovery, speeds));
          return {
            instanceName: adapter.name,
            value: { UniqueAdapterId: adapter.adapterId, SessionsList: [...sessions, ...discoveries] },
          };
        }),
      ),
  };
}

function asSession(session: InstanceSession, speeds: LinkSpeeds): Session {
  const { authType, isInformational } = session;
  return {
    UniqueSessionId: session.uniqueSessionId,
    InitiatoriSCSIName: session.initiatorName,
    TargetiSCSIName: session.targetName,
    ...asAgreed(session.session),
    Type: isInformational ? ISCSI_SESSION_TYPE.informationalSession : ISCSI_SESSION_TYPE.dataSession,
    ConnectionsList: session.connections.map((connection) => asConnection(connection, authType, speeds)),
  };
}

/** A discovery session knows portals and no target. */
function asDiscovery(
  { uniqueSessionId, uniqueConnectionId, session, authType }: Discovery,
  speeds: LinkSpeeds,
): Session {
  return {
    UniqueSessionId: uniqueSessionId,
    InitiatoriSCSIName: session.initiatorName,
    TargetiSCSIName: '',
    ...asAgreed(session),
    Type: ISCSI_SESSION_TYPE.discoverySession,
    ConnectionsList: session.connections.map((facts) => {
      const { cid, address } = facts;
      return asConnection({ uniqueConnectionId, cid, address, facts }, authType, speeds);
    }),
  };
}

/** What the two kinds of sessions have in common. */
function asAgreed({
  tsih,
  isid,
  parameters,
}: Pick<InstanceSession['session'], 'tsih' | 'isid' | 'parameters'>): Omit<
  Session,
  'UniqueSessionId' | 'InitiatoriSCSIName' | 'TargetiSCSIName' | 'Type' | 'ConnectionsList'
> {
  return {
    TSID: tsih,
    ISID: isidBytes(isid),
    InitialR2t: parameters.initialR2t,
    ImmediateData: parameters.immediateData,
    DataSequenceInOrder: parameters.dataSequenceInOrder,
    DataPduInOrder: parameters.dataPduInOrder,
    ErrorRecoveryLevel: parameters.errorRecoveryLevel,
    MaxOutstandingR2t: parameters.maxOutstandingR2t,
    FirstBurstLength: parameters.firstBurstLength,
    MaxBurstLength: parameters.maxBurstLength,
    MaxConnections: parameters.maxConnections,
  };
}

/** One that is lost is on its way through a login again, with nothing agreed. */
function asConnection(
  {
    uniqueConnectionId,
    cid,
    address,
    facts,
  }: Pick<InstanceConnection, 'uniqueConnectionId' | 'cid' | 'address' | 'facts'>,
  authType: AuthType,
  speeds: LinkSpeeds,
): Connection {
  const { host, port } = parsePortal(address);
  const local = facts?.endpoints?.local;
  const remote = facts?.endpoints?.remote;
  const parameters = facts?.parameters;
  return {
    UniqueConnectionId: uniqueConnectionId,
    CID: cid,
    State: stateOf(facts?.state),
    Protocol: ISCSI_CONNECTION_PROTOCOL.TCP,
    HeaderIntegrity: Number(parameters?.headerDigest ?? false),
    DataIntegrity: Number(parameters?.dataDigest ?? false),
    MaxRecvDataSegmentLength: parameters?.maxRecvDataSegmentLength ?? 0,
    AuthType: authTypes[authType],
    LocalAddr: ipAddressOf(local?.address ?? ''),
    LocalPort: local?.port ?? 0,
    RemoteAddr: ipAddressOf(remote?.address ?? host),
    RemotePort: remote?.port ?? port,
    EstimatedThroughput: BigInt(speeds.of(local?.address) * bytesOfMegabit),
    // A stream has no datagrams.
    MaxDatagramSize: 0,
  };
}

function stateOf(state: NonNullable<InstanceConnection['facts']>['state'] | undefined): number {
  if (state === 'loggedIn') return ISCSI_CONNECTION_STATE.full;
  const isLeaving = state === 'inLogout' || state === 'logoutRequested';
  return isLeaving ? ISCSI_CONNECTION_STATE.logout : ISCSI_CONNECTION_STATE.login;
}

function isidBytes(isid: number): Uint8Array {
  const bytes = Buffer.alloc(isidLength);
  bytes.writeUIntBE(isid, 0, isidLength);
  return new Uint8Array(bytes);
}
