// The classes whose objects are parts of others: portals, connections, devices, login options, mappings (Iscsidsc.mof).

import type { CimClass } from '../cim/cim-class.ts';
import type { FindTable } from '../cim/cim-types.ts';
import { tableClass } from '../cim/table-class.ts';

export const portalTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_Portal',
  keys: ['Index'],
  properties: { Index: 'uint32', SymbolicName: 'string', Address: 'string', Port: 'uint16' },
  methods: {},
} as const;

export const portalGroupTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_PortalGroup',
  keys: ['Index'],
  properties: { Index: 'uint32', Portals: 'MSIscsiInitiator_Portal[]' },
  methods: {},
} as const;

export const connectionInformationTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_ConnectionInformation',
  keys: [],
  properties: {
    ConnectionID: 'string',
    InitiatorAddress: 'string',
    TargetAddress: 'string',
    InitiatorPort: 'uint16',
    TargetPort: 'uint16',
    CID: 'uint8[]',
  },
  methods: {},
} as const;

export const deviceOnSessionTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_DeviceOnSession',
  keys: [],
  properties: {
    InitiatorName: 'string',
    TargetName: 'string',
    ScsiPortNumber: 'uint8',
    ScsiPathId: 'uint8',
    ScsiTargetId: 'uint8',
    ScsiLun: 'uint8',
    DeviceInterfaceGuid: 'string',
    DeviceInterfaceName: 'string',
    LegacyName: 'string',
    DeviceType: 'uint32',
    DeviceNumber: 'uint32',
    PartitionNumber: 'uint32',
  },
  methods: {},
} as const;

export const loginOptionsTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_TargetLoginOptions',
  keys: [],
  properties: {
    Version: 'uint32',
    InformationSpecified: 'uint32', // ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED
    LoginFlags: 'uint32', // ISCSI_LOGIN_FLAGS
    AuthType: 'uint32', // ISCSI_AUTH_TYPES
    HeaderDigest: 'uint32',
    DataDigest: 'uint32',
    MaximumConnections: 'uint32',
    DefaultTime2Wait: 'uint32',
    DefaultTime2Retain: 'uint32',
    Username: 'uint8[]',
    Password: 'uint8[]',
  },
  methods: {},
} as const;

export const targetMappingsTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_TargetMappings',
  keys: [],
  properties: {
    InitiatorName: 'string',
    TargetName: 'string',
    OSDeviceName: 'string',
    OSBusNumber: 'uint32',
    OSTargetNumber: 'uint32',
    LUNList: 'MSIscsiInitiator_LUNList[]',
  },
  methods: {},
} as const;

export const lunListTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_LUNList',
  keys: [],
  properties: { OSLunNumber: 'uint32', TargetLun: 'uint64' },
  methods: {},
} as const;

/** Part of no other class and no parameter of a method: it is there to be known. */
export const targetAddressTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_TargetAddress',
  keys: [],
  properties: { OSDeviceName: 'string', OSBusNumber: 'uint32', OSTargetNumber: 'uint32', OSLunNumber: 'uint32' },
  methods: {},
} as const;

export const presharedKeyTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo',
  keys: [],
  properties: {
    AuthMethod: 'uint32',
    SecurityFlags: 'uint64', // ISCSI_SECURITY_FLAGS
    IdType: 'uint32',
    Id: 'uint8[]',
    Key: 'uint8[]',
  },
  methods: {},
} as const;

const tables = [
  portalTable,
  portalGroupTable,
  connectionInformationTable,
  deviceOnSessionTable,
  loginOptionsTable,
  targetMappingsTable,
  lunListTable,
  targetAddressTable,
  presharedKeyTable,
];

/** The classes. */
export function embeddedClasses(): CimClass[] {
  return tables.map((table) => tableClass(table, {}));
}

/** Finds the table of an embedded class. */
export const findEmbedded: FindTable = (className) =>
  tables.find(({ name }) => name.toLowerCase() === className.toLowerCase());
