// The structures of iscsidsc.h: the header's names, with JavaScript's values. A pointer with a length beside it is a
// string, bytes or an array; the length stands beside it all the same, and may be left out of what goes in.

/** The id of a session: opaque, and the same for as long as the session is kept, over every reconnection. */
export interface ISCSI_UNIQUE_SESSION_ID {
  readonly AdapterUnique: bigint;
  readonly AdapterSpecific: bigint;
}

/** The id of a connection; the same structure. */
export type ISCSI_UNIQUE_CONNECTION_ID = ISCSI_UNIQUE_SESSION_ID;

export interface ISCSI_LOGIN_OPTIONS {
  /** ISCSI_LOGIN_OPTIONS_VERSION. */
  readonly Version: number;
  /** Which members count; in what goes in, all that are given count where this is left out. */
  readonly InformationSpecified: number;
  /** ISCSI_LOGIN_FLAGS as bits. */
  readonly LoginFlags: number;
  readonly AuthType: number;
  readonly HeaderDigest: number;
  readonly DataDigest: number;
  /** 1 to 65535; 0 for as many as there can be. */
  readonly MaximumConnections: number;
  /** In seconds. */
  readonly DefaultTime2Wait: number;
  /** In seconds. */
  readonly DefaultTime2Retain: number;
  readonly UsernameLength: number;
  readonly PasswordLength: number;
  /** CHAP_N; the initiator's node name where it is not given. */
  readonly Username: string;
  /** The secret with which the initiator proves itself. None ever comes out: there the bit alone says that one is kept. */
  readonly Password: string | Uint8Array;
}

export interface IKE_AUTHENTICATION_PRESHARED_KEY {
  /** ISCSI_SECURITY_FLAGS as bits. */
  readonly SecurityFlags: number;
  readonly IdType: number;
  readonly IdLengthInBytes: number;
  /** An address in its usual text or as its bytes; a name. Comes out as text. */
  readonly Id: string | Uint8Array;
  /** 0 in what comes out. */
  readonly KeyLengthInBytes: number;
  /** Empty in what comes out. */
  readonly Key: string | Uint8Array;
}

export interface IKE_AUTHENTICATION_INFORMATION {
  readonly AuthMethod: number;
  readonly PsKey: IKE_AUTHENTICATION_PRESHARED_KEY;
}

export interface SCSI_LUN_LIST {
  readonly OSLUN: number;
  /** A LUN by its number below 16384, else the 8 bytes of the LUN field (SAM-5 §4.7), the first of them the highest. */
  readonly TargetLUN: bigint;
}

export interface ISCSI_TARGET_MAPPING {
  /** The initiator instance. */
  readonly InitiatorName: string;
  readonly TargetName: string;
  /** Empty: no port driver stands behind it. */
  readonly OSDeviceName: string;
  readonly SessionId: ISCSI_UNIQUE_SESSION_ID;
  readonly OSBusNumber: number;
  readonly OSTargetNumber: number;
  readonly LUNCount: number;
  readonly LUNList: readonly SCSI_LUN_LIST[];
}

export interface ISCSI_TARGET_PORTAL {
  readonly SymbolicName: string;
  /** An IP address or a DNS name. */
  readonly Address: string;
  /** The TCP port. */
  readonly Socket: number;
}

export interface ISCSI_TARGET_PORTAL_INFO {
  /** The initiator instance; empty for any. */
  readonly InitiatorName: string;
  /** ISCSI_ANY_INITIATOR_PORT for any. */
  readonly InitiatorPortNumber: number;
  readonly SymbolicName: string;
  readonly Address: string;
  readonly Socket: number;
}

export interface ISCSI_TARGET_PORTAL_INFO_EX extends ISCSI_TARGET_PORTAL_INFO {
  /** ISCSI_SECURITY_FLAGS as bits. */
  readonly SecurityFlags: number;
  readonly LoginOptions: ISCSI_LOGIN_OPTIONS;
}

export interface ISCSI_TARGET_PORTAL_GROUP {
  readonly Count: number;
  readonly Portals: readonly ISCSI_TARGET_PORTAL[];
}

export interface ISCSI_CONNECTION_INFO {
  readonly ConnectionId: ISCSI_UNIQUE_CONNECTION_ID;
  readonly InitiatorAddress: string;
  readonly TargetAddress: string;
  readonly InitiatorSocket: number;
  readonly TargetSocket: number;
  /** Two bytes, as on the wire. */
  readonly CID: Uint8Array;
}

export interface ISCSI_SESSION_INFO {
  readonly SessionId: ISCSI_UNIQUE_SESSION_ID;
  /** The initiator's node name. */
  readonly InitiatorName: string;
  readonly TargetNodeName: string;
  readonly TargetName: string;
  /** Six bytes, as on the wire. */
  readonly ISID: Uint8Array;
  /** Two bytes, as on the wire. */
  readonly TSID: Uint8Array;
  /** 0 while the session is between reconnects. */
  readonly ConnectionCount: number;
  readonly Connections: readonly ISCSI_CONNECTION_INFO[];
}

export interface ISCSI_CONNECTION_INFO_EX {
  readonly ConnectionId: ISCSI_UNIQUE_CONNECTION_ID;
  /** ISCSI_CONNECTION_STATE of iscsimgt.h: 0 logging in, 1 full feature phase, 2 logging out. */
  readonly State: number;
  /** 6, TCP's number. */
  readonly Protocol: number;
  readonly HeaderDigest: number;
  readonly DataDigest: number;
  readonly MaxRecvDataSegmentLength: number;
  readonly AuthType: number;
  /** 0: not measured. */
  readonly EstimatedThroughput: bigint;
  /** 0: TCP has no datagrams. */
  readonly MaxDatagramSize: number;
}

export interface ISCSI_SESSION_INFO_EX {
  readonly SessionId: ISCSI_UNIQUE_SESSION_ID;
  readonly InitialR2t: boolean;
  readonly ImmediateData: boolean;
  /** ISCSI_SESSION_TYPE of iscsimgt.h: 1 informational, 2 data. */
  readonly Type: number;
  readonly DataSequenceInOrder: boolean;
  readonly DataPduInOrder: boolean;
  readonly ErrorRecoveryLevel: number;
  readonly MaxOutstandingR2t: number;
  readonly FirstBurstLength: number;
  readonly MaxBurstLength: number;
  readonly MaximumConnections: number;
  readonly ConnectionCount: number;
  readonly Connections: readonly ISCSI_CONNECTION_INFO_EX[];
}

/** Of ntddscsi.h. */
export interface SCSI_ADDRESS {
  /** 8, the length of the structure. */
  readonly Length: number;
  /** The number of the initiator instance. */
  readonly PortNumber: number;
  readonly PathId: number;
  readonly TargetId: number;
  readonly Lun: number;
}

/** Of winioctl.h. */
export interface STORAGE_DEVICE_NUMBER {
  readonly DeviceType: number;
  /** 0xffffffff: the device is in user space and has no number of the system's. */
  readonly DeviceNumber: number;
  /** 0xffffffff: it is not partitioned by the system. */
  readonly PartitionNumber: number;
}

export interface ISCSI_DEVICE_ON_SESSION {
  /** The initiator instance. */
  readonly InitiatorName: string;
  readonly TargetName: string;
  readonly ScsiAddress: SCSI_ADDRESS;
  /** The GUID of the interface class, in braces. */
  readonly DeviceInterfaceType: string;
  /** The path by which the service knows the device; what AddPersistentIScsiDevice takes. */
  readonly DeviceInterfaceName: string;
  /** Empty: there is no drive of the system's. */
  readonly LegacyName: string;
  readonly StorageDeviceNumber: STORAGE_DEVICE_NUMBER;
  /** 0: there is no device node of the system's. */
  readonly DeviceInstance: number;
}

export interface PERSISTENT_ISCSI_LOGIN_INFO {
  readonly TargetName: string;
  readonly IsInformationalSession: boolean;
  /** Empty for any. */
  readonly InitiatorInstance: string;
  /** ISCSI_ANY_INITIATOR_PORT for any. */
  readonly InitiatorPortNumber: number;
  /** With an empty address and socket 0 where any portal of the target will do. */
  readonly TargetPortal: ISCSI_TARGET_PORTAL;
  /** ISCSI_SECURITY_FLAGS as bits. */
  readonly SecurityFlags: number;
  /** Null where the initiator chooses. */
  readonly Mappings: ISCSI_TARGET_MAPPING | null;
  readonly LoginOptions: ISCSI_LOGIN_OPTIONS;
}

export interface ISCSI_VERSION_INFO {
  readonly MajorVersion: number;
  readonly MinorVersion: number;
  readonly BuildNumber: number;
}

/** Login options as they go in; what is left out is as the service has it. */
export type LoginOptionsInput = Partial<ISCSI_LOGIN_OPTIONS>;

/** A portal as it goes in. */
export type TargetPortalInput = Omit<ISCSI_TARGET_PORTAL, 'SymbolicName'> & Partial<ISCSI_TARGET_PORTAL>;

/** A portal group as it goes in. */
export interface TargetPortalGroupInput {
  readonly Count?: number;
  readonly Portals: readonly TargetPortalInput[];
}

/** A mapping as it goes in: only the numbers count. */
export type TargetMappingInput = Pick<ISCSI_TARGET_MAPPING, 'OSBusNumber' | 'OSTargetNumber'> &
  Partial<Omit<ISCSI_TARGET_MAPPING, 'LUNList'>> & {
    readonly LUNList: readonly { readonly OSLUN: number; readonly TargetLUN: number | bigint }[];
  };

/** IKE settings as they go in. */
export interface IkeAuthenticationInput {
  readonly AuthMethod: number;
  readonly PsKey: Partial<IKE_AUTHENTICATION_PRESHARED_KEY>;
}
