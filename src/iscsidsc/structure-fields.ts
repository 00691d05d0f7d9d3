// The member names of the structures in the order of iscsidsc.h, for whoever walks over them. The compiler holds them and
// the structures together, both ways.

import type * as structures from './structures.ts';

/** Every structure of the header by its name. */
interface Structures {
  ISCSI_LOGIN_OPTIONS: structures.ISCSI_LOGIN_OPTIONS;
  IKE_AUTHENTICATION_PRESHARED_KEY: structures.IKE_AUTHENTICATION_PRESHARED_KEY;
  IKE_AUTHENTICATION_INFORMATION: structures.IKE_AUTHENTICATION_INFORMATION;
  ISCSI_UNIQUE_SESSION_ID: structures.ISCSI_UNIQUE_SESSION_ID;
  SCSI_LUN_LIST: structures.SCSI_LUN_LIST;
  ISCSI_TARGET_MAPPING: structures.ISCSI_TARGET_MAPPING;
  ISCSI_TARGET_PORTAL: structures.ISCSI_TARGET_PORTAL;
  ISCSI_TARGET_PORTAL_INFO: structures.ISCSI_TARGET_PORTAL_INFO;
  ISCSI_TARGET_PORTAL_INFO_EX: structures.ISCSI_TARGET_PORTAL_INFO_EX;
  ISCSI_TARGET_PORTAL_GROUP: structures.ISCSI_TARGET_PORTAL_GROUP;
  ISCSI_CONNECTION_INFO: structures.ISCSI_CONNECTION_INFO;
  ISCSI_SESSION_INFO: structures.ISCSI_SESSION_INFO;
  ISCSI_CONNECTION_INFO_EX: structures.ISCSI_CONNECTION_INFO_EX;
  ISCSI_SESSION_INFO_EX: structures.ISCSI_SESSION_INFO_EX;
  ISCSI_DEVICE_ON_SESSION: structures.ISCSI_DEVICE_ON_SESSION;
  PERSISTENT_ISCSI_LOGIN_INFO: structures.PERSISTENT_ISCSI_LOGIN_INFO;
  ISCSI_VERSION_INFO: structures.ISCSI_VERSION_INFO;
}

/** The name of a structure of iscsidsc.h. */
export type StructureName = keyof Structures;

type Fields = { readonly [Name in StructureName]: Readonly<Record<keyof Structures[Name], true>> };

const fields: Fields = {
  ISCSI_LOGIN_OPTIONS: {
    Version: true,
    InformationSpecified: true,
    LoginFlags: true,
    AuthType: true,
    HeaderDigest: true,
    DataDigest: true,
    MaximumConnections: true,
    DefaultTime2Wait: true,
    DefaultTime2Retain: true,
    UsernameLength: true,
    PasswordLength: true,
    Username: true,
    Password: true,
  },
  IKE_AUTHENTICATION_PRESHARED_KEY: {
    SecurityFlags: true,
    IdType: true,
    IdLengthInBytes: true,
    Id: true,
    KeyLengthInBytes: true,
    Key: true,
  },
  IKE_AUTHENTICATION_INFORMATION: { AuthMethod: true, PsKey: true },
  ISCSI_UNIQUE_SESSION_ID: { AdapterUnique: true, AdapterSpecific: true },
  SCSI_LUN_LIST: { OSLUN: true, TargetLUN: true },
  ISCSI_TARGET_MAPPING: {
    InitiatorName: true,
    TargetName: true,
    OSDeviceName: true,
    SessionId: true,
    OSBusNumber: true,
    OSTargetNumber: true,
    LUNCount: true,
    LUNList: true,
  },
  ISCSI_TARGET_PORTAL: { SymbolicName: true, Address: true, Socket: true },
  ISCSI_TARGET_PORTAL_INFO: {
    InitiatorName: true,
    InitiatorPortNumber: true,
    SymbolicName: true,
    Address: true,
    Socket: true,
  },
  ISCSI_TARGET_PORTAL_INFO_EX: {
    InitiatorName: true,
    InitiatorPortNumber: true,
    SymbolicName: true,
    Address: true,
    Socket: true,
    SecurityFlags: true,
    LoginOptions: true,
  },
  ISCSI_TARGET_PORTAL_GROUP: { Count: true, Portals: true },
  ISCSI_CONNECTION_INFO: {
    ConnectionId: true,
    InitiatorAddress: true,
    TargetAddress: true,
    InitiatorSocket: true,
    TargetSocket: true,
    CID: true,
  },
  ISCSI_SESSION_INFO: {
    SessionId: true,
    InitiatorName: true,
    TargetNodeName: true,
    TargetName: true,
    ISID: true,
    TSID: true,
    ConnectionCount: true,
    Connections: true,
  },
  ISCSI_CONNECTION_INFO_EX: {
    ConnectionId: true,
    State: true,
    Protocol: true,
    HeaderDigest: true,
    DataDigest: true,
    MaxRecvDataSegmentLength: true,
    AuthType: true,
    EstimatedThroughput: true,
    MaxDatagramSize: true,
  },
  ISCSI_SESSION_INFO_EX: {
    SessionId: true,
    InitialR2t: true,
    ImmediateData: true,
    Type: true,
    DataSequenceInOrder: true,
    DataPduInOrder: true,
    ErrorRecoveryLevel: true,
    MaxOutstandingR2t: true,
    FirstBurstLength: true,
    MaxBurstLength: true,
    MaximumConnections: true,
    ConnectionCount: true,
    Connections: true,
  },
  ISCSI_DEVICE_ON_SESSION: {
    InitiatorName: true,
    TargetName: true,
    ScsiAddress: true,
    DeviceInterfaceType: true,
    DeviceInterfaceName: true,
    LegacyName: true,
    StorageDeviceNumber: true,
    DeviceInstance: true,
  },
  PERSISTENT_ISCSI_LOGIN_INFO: {
    TargetName: true,
    IsInformationalSession: true,
    InitiatorInstance: true,
    InitiatorPortNumber: true,
    TargetPortal: true,
    SecurityFlags: true,
    Mappings: true,
    LoginOptions: true,
  },
  ISCSI_VERSION_INFO: { MajorVersion: true, MinorVersion: true, BuildNumber: true },
};

/** The member names of every structure, in the order of the header. */
export const structureFields: Readonly<Record<StructureName, readonly string[]>> = Object.fromEntries(
  Object.entries(fields).map(([name, members]) => [name, Object.keys(members)]),
) as Record<StructureName, string[]>;
