// The initiator's management contract, as drivers and the initiator service of Windows have it: the MSiSCSI classes by GUID,
// their methods by id, and their structures byte by byte.
//
// structures/ and classes/ are tables and what follows from them, values/ the value sets, layout/ the codec of the tables.
// provider/ answers requests, raw and typed; operations/ has the methods. openWmi puts them together over a service.
// cim/ is what a CIM class is; user-mode/ has the classes of the service, bridge/ shows the driver's as CIM classes.
// wql/ understands queries, ws-management/ serves CIM classes to remote clients.

export {
  type CimClass,
  type CimKeys,
  type CimMethod,
  type CimNamespace,
  type CimParameter,
  type CimProperty,
  cimNamespace,
} from './cim/cim-class.ts';
export { type CimEventListener, type CimRepository, cimRepositoryOf } from './cim/cim-repository.ts';
export type { CimObject, CimType, CimValue, CimValues } from './cim/cim-value.ts';
export { findInstance, formatKey, keysOf } from './cim/instance-keys.ts';
export {
  type ClassKind,
  type ClassName,
  type ClassStructure,
  classByGuid,
  classByName,
  type DataClassName,
  type EventClassName,
  type InstanceOf,
  type MethodClassName,
  type MethodIn,
  type MethodName,
  type MethodOut,
  requireClass,
  requireMethod,
  requireProperty,
  type WmiClass,
  type WmiMethod,
  type WmiProperty,
  wmiClasses,
} from './classes/index.ts';
export { ipAddressOf, textOf } from './ip-address.ts';
export {
  decodeStructure,
  encodeStructure,
  type FieldLayout,
  type StructureInput,
  type StructureLayout,
  type StructureValue,
  structureLayout,
} from './layout/index.ts';
export { type NtStatusName, ntStatus, ntStatusOf } from './nt-status.ts';
export { type CimRepositoryOptions, openCimRepository } from './open-cim-repository.ts';
export { openWmi, type WmiOptions } from './open-wmi.ts';
export {
  adapterInstanceName,
  type BlockInstance,
  type Blocks,
  type CallInput,
  connectionInstanceName,
  type DataBlock,
  type EventBlock,
  type MethodBlock,
  portInstanceName,
  type RawAnswer,
  type RawInstance,
  type RawInstances,
  sessionInstanceName,
  type WmiCallOptions,
  type WmiEvent,
  type WmiInstance,
  WmiProvider,
} from './provider/index.ts';
export { type FieldFact, type MemberType, type StructureName, structureNames } from './structures/index.ts';
export {
  CONNECTION_STATE,
  EVENTLOG_MESSAGE,
  IKE_IDENTIFICATION_PAYLOAD_TYPE,
  ISCSI_ADAPTER_EVENT_CODE,
  ISCSI_AUTH_TYPES,
  ISCSI_CONNECTION_PROTOCOL,
  ISCSI_CONNECTION_STATE,
  ISCSI_DATA_INTEGRITY,
  ISCSI_DIGEST_TYPES,
  ISCSI_ENCRYPTION_TYPES,
  ISCSI_HBA_FUNCTIONALITY,
  ISCSI_HBA_STATUS,
  ISCSI_HEADER_INTEGRITY,
  ISCSI_INITIATOR_FAILURE_TYPE,
  ISCSI_INITIATOR_NODE_FAILURE_TYPE,
  ISCSI_LOGIN_FLAGS,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  ISCSI_NIC_LINKSTATE,
  ISCSI_PORTAL_TYPE,
  ISCSI_SECURITY_FLAGS,
  ISCSI_SESSION_TYPE,
  ISCSIIPADDRESSTYPE,
  LOGINSESSIONTYPE,
  MSiSCSI_LB,
} from './values/index.ts';
export type { WsCredentials } from './ws-management/http/basic-auth.ts';
export type { WsAddress, WsTls } from './ws-management/http/listener.ts';
export type { WsAnswerFacts } from './ws-management/http/router.ts';
export type { WsManagementLimits } from './ws-management/limits.ts';
export {
  checkWsManagement,
  openWsManagement,
  type WsManagementHooks,
  type WsManagementOptions,
  type WsManagementServer,
} from './ws-management/ws-management-server.ts';
