// Structures of iscsidef.h, which the others embed: addresses, portals, login options, mappings.

export const iscsidefStructures = {
  ISCSI_IP_Address: [
    { name: 'Type', type: 'uint32', dataId: 1 }, // ISCSIIPADDRESSTYPE
    { name: 'IpV4Address', type: 'uint32', dataId: 2 }, // Valid when Type is 1; byte order: ip-address.ts
    { name: 'IpV6Address', type: 'uint8', dataId: 3, length: 16 }, // Valid when Type=2
    { name: 'IpV6FlowInfo', type: 'uint32', dataId: 4 },
    { name: 'IpV6ScopeId', type: 'uint32', dataId: 5 },
    { name: 'TextAddress', type: 'string', dataId: 6, maxChars: 256 }, // Valid when Type=0; DNS or dotted
  ],
  ISCSI_TargetPortal: [
    { name: 'Address', type: 'ISCSI_IP_Address', dataId: 1 },
    { name: 'Reserved', type: 'uint32', dataId: 2 },
    { name: 'Socket', type: 'uint16', dataId: 3 }, // TCP port
  ],
  ISCSI_TargetPortalGroup: [
    { name: 'PortalCount', type: 'uint32', dataId: 1 },
    { name: 'Portals', type: 'ISCSI_TargetPortal', dataId: 2, count: 'PortalCount' },
  ],
  ISCSI_LoginOptions: [
    { name: 'InformationSpecified', type: 'uint32', dataId: 1 }, // ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED bits
    { name: 'HeaderDigest', type: 'uint32', dataId: 2 }, // ISCSI_DIGEST_TYPES
    { name: 'DataDigest', type: 'uint32', dataId: 3 }, // ISCSI_DIGEST_TYPES
    { name: 'MaximumConnections', type: 'uint32', dataId: 4 }, // 1..65535, 0 = no limit
    { name: 'DefaultTime2Wait', type: 'uint32', dataId: 5 }, // Seconds, negotiated
    { name: 'DefaultTime2Retain', type: 'uint32', dataId: 6 }, // Seconds, negotiated
    { name: 'LoginFlags', type: 'uint32', dataId: 7 }, // ISCSI_LOGIN_FLAGS bits
    { name: 'AuthType', type: 'uint32', dataId: 8 }, // ISCSI_AUTH_TYPES
  ],
  ISCSI_LUNList: [
    { name: 'TargetLUN', type: 'uint64', dataId: 1 }, // 64-bit target LUN; unique only together with the target name
    { name: 'OSLUN', type: 'uint32', dataId: 2 }, // LUN number in the OS
    { name: 'Reserved', type: 'uint32', dataId: 3 },
  ],
  ISCSI_TargetMapping: [
    { name: 'OSBus', type: 'uint32', dataId: 1 }, // 0xFFFFFFFF = driver chooses
    { name: 'OSTarget', type: 'uint32', dataId: 2 }, // 0xFFFFFFFF = driver chooses
    { name: 'UniqueSessionId', type: 'uint64', dataId: 3 },
    { name: 'LUNCount', type: 'uint32', dataId: 4 },
    { name: 'TargetName', type: 'string', dataId: 5, maxChars: 223 },
    { name: 'FromPersistentLogin', type: 'boolean', dataId: 6 }, // TRUE when the session came from a persistent login
    { name: 'Reserved', type: 'uint64', dataId: 7 },
    { name: 'LUNList', type: 'ISCSI_LUNList', dataId: 8, count: 'LUNCount' },
  ],
} as const;
