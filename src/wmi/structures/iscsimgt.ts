// Structures of iscsimgt.h: the adapter, its portals, sessions and connections, load balancing, failures, ping.

export const iscsimgtStructures = {
  MSiSCSI_HBAInformation: [
    // Unique over all initiators, built from a driver-owned address
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 },
    { name: 'IntegratedTCPIP', type: 'boolean', dataId: 2 }, // TRUE for a software initiator on the OS stack
    // TRUE: the service resolves DNS and passes binary addresses
    { name: 'RequiresBinaryIpAddresses', type: 'boolean', dataId: 3 },
    { name: 'VersionMin', type: 'uint8', dataId: 4 },
    { name: 'VersionMax', type: 'uint8', dataId: 5 },
    { name: 'MultifunctionDevice', type: 'boolean', dataId: 6 },
    { name: 'CacheValid', type: 'boolean', dataId: 7 },
    { name: 'NumberOfPorts', type: 'uint32', dataId: 8 },
    { name: 'Status', type: 'uint32', dataId: 9 }, // ISCSI_HBA_STATUS
    { name: 'FunctionalitySupported', type: 'uint32', dataId: 10 }, // ISCSI_HBA functionality bits
    { name: 'GenerationalGuid', type: 'uint8', dataId: 11, length: 16 }, // Last value set by SetGenerationalGuid
    { name: 'MaxCDBLength', type: 'uint32', dataId: 12 },
    { name: 'BiDiScsiCommands', type: 'boolean', dataId: 13 },
    { name: 'VendorID', type: 'string', dataId: 14, maxChars: 255 },
    { name: 'VendorModel', type: 'string', dataId: 15, maxChars: 255 },
    { name: 'VendorVersion', type: 'string', dataId: 16, maxChars: 255 },
    { name: 'FirmwareVersion', type: 'string', dataId: 17, maxChars: 255 },
    { name: 'AsicVersion', type: 'string', dataId: 18, maxChars: 255 },
    { name: 'OptionRomVersion', type: 'string', dataId: 19, maxChars: 255 },
    { name: 'SerialNumber', type: 'string', dataId: 20, maxChars: 255 },
    { name: 'DriverName', type: 'string', dataId: 21, maxChars: 255 },
  ],
  MSiSCSI_HBASessionConfig: [
    // TRUE: InitialR2T=No is offered, which asks for unsolicited data
    { name: 'InitialR2T', type: 'boolean', dataId: 1 },
    { name: 'ImmediateData', type: 'boolean', dataId: 2 },
    { name: 'MaxRecvDataSegmentLength', type: 'uint32', dataId: 3 },
    { name: 'MaxBurstLength', type: 'uint32', dataId: 4 },
    { name: 'FirstBurstLength', type: 'uint32', dataId: 5 },
    { name: 'MaxOutstandingR2T', type: 'uint32', dataId: 6 },
  ],
  ISCSI_ConnectionStaticInfo: [
    { name: 'UniqueConnectionId', type: 'uint64', dataId: 1 },
    { name: 'CID', type: 'uint16', dataId: 2 }, // Protocol connection id
    { name: 'State', type: 'uint8', dataId: 3 }, // ISCSI_CONNECTION_STATE
    { name: 'Protocol', type: 'uint8', dataId: 4 }, // 6 = TCP
    { name: 'HeaderIntegrity', type: 'uint8', dataId: 5 }, // 0 none, 1 crc32c
    { name: 'DataIntegrity', type: 'uint8', dataId: 6 }, // 0 none, 1 crc32c
    { name: 'Reserved', type: 'uint16', dataId: 7 },
    { name: 'MaxRecvDataSegmentLength', type: 'uint32', dataId: 8 },
    { name: 'AuthType', type: 'uint32', dataId: 9 }, // ISCSI_AUTH_TYPES
    { name: 'LocalAddr', type: 'ISCSI_IP_Address', dataId: 10 },
    { name: 'LocalPort', type: 'uint32', dataId: 11 },
    { name: 'RemoteAddr', type: 'ISCSI_IP_Address', dataId: 12 },
    { name: 'RemotePort', type: 'uint32', dataId: 13 },
    { name: 'EstimatedThroughput', type: 'uint64', dataId: 14 }, // Bytes per second
    { name: 'MaxDatagramSize', type: 'uint32', dataId: 15 },
  ],
  ISCSI_SessionStaticInfo: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 },
    { name: 'InitiatoriSCSIName', type: 'string', dataId: 2, maxChars: 223 },
    { name: 'TargetiSCSIName', type: 'string', dataId: 3, maxChars: 223 },
    { name: 'TSID', type: 'uint16', dataId: 4 }, // TSIH
    { name: 'ISID', type: 'uint8', dataId: 5, length: 6 },
    { name: 'InitialR2t', type: 'boolean', dataId: 6 }, // TRUE: must wait for R2T
    { name: 'ImmediateData', type: 'boolean', dataId: 7 },
    { name: 'Type', type: 'uint8', dataId: 8 }, // ISCSI_SESSION_TYPE
    { name: 'DataSequenceInOrder', type: 'boolean', dataId: 9 },
    { name: 'DataPduInOrder', type: 'boolean', dataId: 10 },
    { name: 'ErrorRecoveryLevel', type: 'uint8', dataId: 11 },
    { name: 'MaxOutstandingR2t', type: 'uint32', dataId: 12 },
    { name: 'FirstBurstLength', type: 'uint32', dataId: 13 },
    { name: 'MaxBurstLength', type: 'uint32', dataId: 14 },
    { name: 'MaxConnections', type: 'uint32', dataId: 15 },
    { name: 'ConnectionCount', type: 'uint16', dataId: 16 },
    { name: 'ConnectionsList', type: 'ISCSI_ConnectionStaticInfo', dataId: 17, count: 'ConnectionCount' },
  ],
  ISCSI_PortalInfo: [
    { name: 'Index', type: 'uint32', dataId: 1 },
    { name: 'PortalType', type: 'uint8', dataId: 2 }, // ISCSI_PORTAL_TYPE
    { name: 'Protocol', type: 'uint8', dataId: 3 }, // 6 = TCP
    { name: 'Reserved1', type: 'uint8', dataId: 4 },
    { name: 'Reserved2', type: 'uint8', dataId: 5 },
    { name: 'IPAddr', type: 'ISCSI_IP_Address', dataId: 6 },
    { name: 'Port', type: 'uint32', dataId: 7 },
    { name: 'PortalTag', type: 'uint16', dataId: 8 }, // Portal group tag
  ],
  MSiSCSI_PortalInfoClass: [
    { name: 'PortalInfoCount', type: 'uint32', dataId: 1 },
    { name: 'PortalInformation', type: 'ISCSI_PortalInfo', dataId: 2, count: 'PortalInfoCount' },
  ],
  MSiSCSI_InitiatorSessionInfo: [
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 },
    { name: 'SessionCount', type: 'uint32', dataId: 2 },
    { name: 'SessionsList', type: 'ISCSI_SessionStaticInfo', dataId: 3, count: 'SessionCount' },
  ],
  MSiSCSI_InitiatorNodeFailureEvent: [
    { name: 'FailureTime', type: 'uint64', dataId: 1 }, // WmiTimeStamp: 100 ns units since 1601-01-01
    { name: 'FailureType', type: 'uint8', dataId: 2 }, // ISCSI_INITIATOR_FAILURE_TYPE
    { name: 'TargetFailureName', type: 'string', dataId: 3, maxChars: 223 },
    { name: 'TargetFailureAddr', type: 'ISCSI_IP_Address', dataId: 4 },
  ],
  MSiSCSI_InitiatorInstanceFailureEvent: [
    { name: 'FailureType', type: 'uint8', dataId: 1 }, // ISCSI_INITIATOR_NODE_FAILURE_TYPE
    { name: 'RemoteNodeName', type: 'string', dataId: 2, maxChars: 223 },
  ],
  ISCSI_Path: [
    { name: 'UniqueConnectionId', type: 'uint64', dataId: 1 },
    { name: 'EstimatedLinkSpeed', type: 'uint64', dataId: 2 }, // Megabits per second
    { name: 'PathWeight', type: 'uint32', dataId: 3 }, // Bigger = preferred
    { name: 'PrimaryPath', type: 'uint32', dataId: 4 }, // 1 primary, 0 not
    { name: 'ConnectionStatus', type: 'uint32', dataId: 5 }, // CONNECTION_STATE
    { name: 'TCPOffLoadAvailable', type: 'uint32', dataId: 6 },
  ],
  ISCSI_Supported_LB_Policies: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 },
    { name: 'LoadBalancePolicy', type: 'uint32', dataId: 2 }, // MSiSCSI_LB policy
    { name: 'iSCSI_PathCount', type: 'uint32', dataId: 3 },
    { name: 'iSCSI_Paths', type: 'ISCSI_Path', dataId: 4, count: 'iSCSI_PathCount' },
  ],
  SetLoadBalancePolicy_IN: [{ name: 'LoadBalancePolicies', type: 'ISCSI_Supported_LB_Policies', dataId: 1 }],
  SetLoadBalancePolicy_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  MSiSCSI_QueryLBPolicy: [
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 },
    { name: 'Reserved', type: 'uint32', dataId: 2 },
    { name: 'SessionCount', type: 'uint32', dataId: 3 },
    { name: 'LoadBalancePolicies', type: 'ISCSI_Supported_LB_Policies', dataId: 4, count: 'SessionCount' },
  ],
  MSiSCSI_Eventlog: [
    { name: 'Type', type: 'uint32', dataId: 1 }, // EVENTLOG_MESSAGE
    { name: 'LogToEventlog', type: 'uint32', dataId: 2 }, // 0 = do not log
    { name: 'Size', type: 'uint32', dataId: 3 },
    { name: 'AdditionalData', type: 'uint8', dataId: 4, count: 'Size' },
  ],
  ISCSI_RedirectPortalInfo: [
    { name: 'UniqueConnectionId', type: 'uint64', dataId: 1 },
    { name: 'OriginalIPAddr', type: 'ISCSI_IP_Address', dataId: 2 },
    { name: 'OriginalPort', type: 'uint32', dataId: 3 },
    { name: 'RedirectedIPAddr', type: 'ISCSI_IP_Address', dataId: 4 },
    { name: 'RedirectedPort', type: 'uint32', dataId: 5 },
    { name: 'Redirected', type: 'uint8', dataId: 6 }, // 1: the redirected address and port are valid
    { name: 'TemporaryRedirect', type: 'uint8', dataId: 7 },
  ],
  ISCSI_RedirectSessionInfo: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 },
    { name: 'TargetPortalGroupTag', type: 'uint32', dataId: 2 },
    { name: 'ConnectionCount', type: 'uint32', dataId: 3 },
    { name: 'RedirectPortalList', type: 'ISCSI_RedirectPortalInfo', dataId: 4, count: 'ConnectionCount' },
  ],
  MSiSCSI_RedirectPortalInfoClass: [
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 },
    { name: 'SessionCount', type: 'uint32', dataId: 2 },
    { name: 'RedirectSessionList', type: 'ISCSI_RedirectSessionInfo', dataId: 3, count: 'SessionCount' },
  ],
  PingIPAddress_IN: [
    { name: 'RequestCount', type: 'uint32', dataId: 1 },
    { name: 'RequestSize', type: 'uint32', dataId: 2 },
    { name: 'Timeout', type: 'uint32', dataId: 3 }, // Milliseconds
    { name: 'Address', type: 'ISCSI_IP_Address', dataId: 4 },
  ],
  PingIPAddress_OUT: [
    { name: 'Status', type: 'uint32', dataId: 5 },
    { name: 'ResponsesReceived', type: 'uint32', dataId: 6 },
  ],
} as const;
