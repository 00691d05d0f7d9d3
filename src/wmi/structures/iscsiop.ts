// Structures of iscsiop.h: what the operations take and give, persistent logins, mappings, the adapter event.

export const iscsiopStructures = {
  SendTargets_IN: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 }, // A discovery session from LoginToTarget
    { name: 'SendTargetsText', type: 'string', dataId: 2, maxChars: 223 }, // Value of the SendTargets key
  ],
  SendTargets_OUT: [
    { name: 'Status', type: 'uint32', dataId: 3 },
    { name: 'ResponseSize', type: 'uint32', dataId: 4 },
    { name: 'Response', type: 'uint8', dataId: 5, count: 'ResponseSize' }, // UTF-8 text
  ],
  LoginToTarget_IN: [
    { name: 'PortNumber', type: 'uint32', dataId: 1 }, // Initiator port, matches ISCSI_PortalInfo.Index
    { name: 'LoginOptions', type: 'ISCSI_LoginOptions', dataId: 2 },
    { name: 'SessionType', type: 'uint32', dataId: 3 }, // LOGINSESSIONTYPE
    { name: 'SecurityFlags', type: 'uint64', dataId: 4 }, // ISCSI_SECURITY_FLAGS bits
    { name: 'TargetPortal', type: 'ISCSI_TargetPortal', dataId: 5 },
    { name: 'UsernameSize', type: 'uint32', dataId: 6 },
    { name: 'PasswordSize', type: 'uint32', dataId: 7 },
    { name: 'KeySize', type: 'uint32', dataId: 8 },
    // Id from the service, unique over all initiators for this target; may be used in the ISID
    { name: 'UniqueIdForISID', type: 'uint16', dataId: 9 },
    // TRUE: only store for login at each driver load, do not log in now
    { name: 'PersistentLogin', type: 'boolean', dataId: 10 },
    { name: 'InitiatorNode', type: 'string', dataId: 11, maxChars: 223 }, // Empty = adapter chooses
    { name: 'InitiatorAlias', type: 'string', dataId: 12, maxChars: 255 },
    { name: 'TargetName', type: 'string', dataId: 13, maxChars: 223 },
    { name: 'Mappings', type: 'ISCSI_TargetMapping', dataId: 14 },
    { name: 'Key', type: 'uint8', dataId: 15, count: 'KeySize' }, // IPsec preshared key
    { name: 'Username', type: 'uint8', dataId: 16, count: 'UsernameSize' }, // CHAP_N
    // Secret for answering the target challenge
    { name: 'Password', type: 'uint8', dataId: 17, count: 'PasswordSize' },
  ],
  LoginToTarget_OUT: [
    { name: 'Status', type: 'uint32', dataId: 18 }, // ISDSC code or 0
    // Constant until logout, over reconnects too; low 64 bits of the user-mode session id
    { name: 'UniqueSessionId', type: 'uint64', dataId: 19 },
    { name: 'UniqueConnectionId', type: 'uint64', dataId: 20 }, // Low 64 bits of the user-mode connection id
  ],
  LogoutFromTarget_IN: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 }, // Id from LoginToTarget; not ISID/TSIH
  ],
  LogoutFromTarget_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  AddConnectionToSession_IN: [
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 }, // From MSiSCSI_HBAInformation
    { name: 'UniqueSessionId', type: 'uint64', dataId: 2 },
    { name: 'SecurityFlags', type: 'uint64', dataId: 3 },
    { name: 'PortNumber', type: 'uint32', dataId: 4 },
    { name: 'LoginOptions', type: 'ISCSI_LoginOptions', dataId: 5 },
    { name: 'TargetPortal', type: 'ISCSI_TargetPortal', dataId: 6 },
    { name: 'UsernameSize', type: 'uint32', dataId: 7 },
    { name: 'PasswordSize', type: 'uint32', dataId: 8 },
    { name: 'KeySize', type: 'uint32', dataId: 9 },
    { name: 'Key', type: 'uint8', dataId: 10, count: 'KeySize' },
    { name: 'Username', type: 'uint8', dataId: 11, count: 'UsernameSize' },
    { name: 'Password', type: 'uint8', dataId: 12, count: 'PasswordSize' },
  ],
  AddConnectionToSession_OUT: [
    { name: 'Status', type: 'uint32', dataId: 13 },
    { name: 'UniqueConnectionId', type: 'uint64', dataId: 14 },
  ],
  RemovePersistentLogin_IN: [
    { name: 'PortNumber', type: 'uint32', dataId: 1 },
    { name: 'TargetName', type: 'string', dataId: 2, maxChars: 223 },
    // Address.Type = ISCSI_IP_ADDRESS_EMPTY removes the logins of all portals
    { name: 'TargetPortal', type: 'ISCSI_TargetPortal', dataId: 3 },
  ],
  RemovePersistentLogin_OUT: [{ name: 'Status', type: 'uint32', dataId: 4 }],
  RemoveConnectionFromSession_IN: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 },
    { name: 'UniqueConnectionId', type: 'uint64', dataId: 2 }, // Not the protocol CID
  ],
  RemoveConnectionFromSession_OUT: [{ name: 'Status', type: 'uint32', dataId: 3 }],
  ScsiInquiry_IN: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 },
    { name: 'Lun', type: 'uint64', dataId: 2 },
    { name: 'InquiryFlags', type: 'uint8', dataId: 3 }, // Bit 0 EVPD, bit 1 CmdDt
    { name: 'PageCode', type: 'uint8', dataId: 4 },
  ],
  ScsiInquiry_OUT: [
    // 0, or ISDSC_SCSI_REQUEST_FAILED with ScsiStatus and SenseBuffer valid
    { name: 'Status', type: 'uint32', dataId: 5 },
    { name: 'ResponseBufferSize', type: 'uint32', dataId: 6 },
    { name: 'ScsiStatus', type: 'uint8', dataId: 7 },
    { name: 'SenseBuffer', type: 'uint8', dataId: 8, length: 18 },
    { name: 'ResponseBuffer', type: 'uint8', dataId: 9, count: 'ResponseBufferSize' },
  ],
  ScsiReadCapacity_IN: [
    { name: 'UniqueSessionId', type: 'uint64', dataId: 1 },
    { name: 'Lun', type: 'uint64', dataId: 2 },
  ],
  ScsiReadCapacity_OUT: [
    // 0, or ISDSC_SCSI_REQUEST_FAILED with ScsiStatus and SenseBuffer valid
    { name: 'Status', type: 'uint32', dataId: 3 },
    { name: 'ResponseBufferSize', type: 'uint32', dataId: 4 },
    { name: 'ScsiStatus', type: 'uint8', dataId: 5 },
    { name: 'SenseBuffer', type: 'uint8', dataId: 6, length: 18 },
    { name: 'ResponseBuffer', type: 'uint8', dataId: 7, count: 'ResponseBufferSize' },
  ],
  ScsiReportLuns_IN: [{ name: 'UniqueSessionId', type: 'uint64', dataId: 1 }],
  ScsiReportLuns_OUT: [
    // 0, or ISDSC_SCSI_REQUEST_FAILED with ScsiStatus and SenseBuffer valid
    { name: 'Status', type: 'uint32', dataId: 2 },
    { name: 'ResponseBufferSize', type: 'uint32', dataId: 3 },
    { name: 'ScsiStatus', type: 'uint8', dataId: 4 },
    { name: 'SenseBuffer', type: 'uint8', dataId: 5, length: 18 },
    { name: 'ResponseBuffer', type: 'uint8', dataId: 6, count: 'ResponseBufferSize' },
  ],
  SetCHAPSharedSecret_IN: [
    { name: 'SharedSecretSize', type: 'uint32', dataId: 1 },
    { name: 'SharedSecret', type: 'uint8', dataId: 2, count: 'SharedSecretSize' },
  ],
  SetCHAPSharedSecret_OUT: [{ name: 'Status', type: 'uint32', dataId: 3 }],
  SetRADIUSSharedSecret_IN: [
    { name: 'SharedSecretSize', type: 'uint32', dataId: 1 },
    { name: 'SharedSecret', type: 'uint8', dataId: 2, count: 'SharedSecretSize' },
  ],
  SetRADIUSSharedSecret_OUT: [{ name: 'Status', type: 'uint32', dataId: 3 }],
  DeleteInitiatorNodeName_IN: [{ name: 'DeletedInitiatorName', type: 'string', dataId: 1, maxChars: 223 }],
  DeleteInitiatorNodeName_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  SetInitiatorNodeName_IN: [{ name: 'CreatedInitiatorName', type: 'string', dataId: 1, maxChars: 223 }],
  SetInitiatorNodeName_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  AddiSNSServer_IN: [{ name: 'iSNSServerName', type: 'string', dataId: 1, maxChars: 223 }],
  AddiSNSServer_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  RemoveiSNSServer_IN: [{ name: 'iSNSServerName', type: 'string', dataId: 1, maxChars: 223 }],
  RemoveiSNSServer_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  AddRADIUSServer_IN: [{ name: 'RADIUSIPAddress', type: 'ISCSI_IP_Address', dataId: 1 }],
  AddRADIUSServer_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  RemoveRADIUSServer_IN: [{ name: 'RADIUSIPAddress', type: 'ISCSI_IP_Address', dataId: 1 }],
  RemoveRADIUSServer_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  ISCSI_Persistent_Login: [
    { name: 'TargetName', type: 'string', dataId: 1, maxChars: 223 },
    { name: 'SecurityFlags', type: 'uint64', dataId: 2 },
    { name: 'InitiatorPortNumber', type: 'uint32', dataId: 3 },
    { name: 'UsernameSize', type: 'uint32', dataId: 4 },
    { name: 'IsInformationalSession', type: 'boolean', dataId: 5 },
    { name: 'UniqueIdForISID', type: 'uint16', dataId: 6 }, // The part of the ISID that the stored login uses
    { name: 'TargetPortal', type: 'ISCSI_TargetPortal', dataId: 7 },
    { name: 'LoginOptions', type: 'ISCSI_LoginOptions', dataId: 8 },
    { name: 'TargetMapping', type: 'ISCSI_TargetMapping', dataId: 9 },
    { name: 'Username', type: 'uint8', dataId: 10, count: 'UsernameSize' }, // CHAP_N
  ],
  MSiSCSI_PersistentLogins: [
    { name: 'PersistentLoginCount', type: 'uint32', dataId: 1 },
    { name: 'Reserved', type: 'uint32', dataId: 2 },
    { name: 'PersistentLogins', type: 'ISCSI_Persistent_Login', dataId: 3, count: 'PersistentLoginCount' },
  ],
  MSiSCSI_TargetMappings: [
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 },
    { name: 'TargetMappingCount', type: 'uint32', dataId: 2 },
    { name: 'Reserved', type: 'uint32', dataId: 3 },
    { name: 'TargetMappings', type: 'ISCSI_TargetMapping', dataId: 4, count: 'TargetMappingCount' },
  ],
  MSiSCSI_LUNMappingInformation: [
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 },
    { name: 'UniqueSessionId', type: 'uint64', dataId: 2 },
    { name: 'OSBus', type: 'uint32', dataId: 3 },
    { name: 'OSTarget', type: 'uint32', dataId: 4 },
    { name: 'OSLUN', type: 'uint32', dataId: 5 },
  ],
  SetPresharedKeyForId_IN: [
    { name: 'PortNumber', type: 'uint32', dataId: 1 }, // 0xFFFFFFFF = all ports
    { name: 'SecurityFlags', type: 'uint64', dataId: 2 },
    { name: 'IdType', type: 'uint8', dataId: 3 }, // ID_IPV4_ADDR 1, ID_FQDN 2, ID_USER_FQDN 3, ID_IPV6_ADDR 5
    { name: 'IdSize', type: 'uint32', dataId: 4 },
    { name: 'KeySize', type: 'uint32', dataId: 5 },
    { name: 'Id', type: 'uint8', dataId: 6, count: 'IdSize' },
    { name: 'Key', type: 'uint8', dataId: 7, count: 'KeySize' },
  ],
  SetPresharedKeyForId_OUT: [{ name: 'Status', type: 'uint32', dataId: 8 }],
  GetPresharedKeyForId_IN: [
    { name: 'PortNumber', type: 'uint32', dataId: 1 }, // -1 = any port
    { name: 'IdType', type: 'uint8', dataId: 2 },
    { name: 'IdSize', type: 'uint32', dataId: 3 },
    { name: 'Id', type: 'uint8', dataId: 4, count: 'IdSize' },
  ],
  GetPresharedKeyForId_OUT: [
    { name: 'Status', type: 'uint32', dataId: 5 },
    { name: 'SecurityFlags', type: 'uint64', dataId: 6 },
  ],
  SetGroupPresharedKey_IN: [
    { name: 'KeySize', type: 'uint32', dataId: 1 },
    { name: 'Key', type: 'uint8', dataId: 2, count: 'KeySize' },
  ],
  SetGroupPresharedKey_OUT: [{ name: 'Status', type: 'uint32', dataId: 3 }],
  SetTunnelModeOuterAddress_IN: [
    { name: 'PortNumber', type: 'uint32', dataId: 1 }, // 0xFFFFFFFF = all ports
    { name: 'DestinationAddress', type: 'ISCSI_IP_Address', dataId: 2 },
    { name: 'TunnelModeOuterAddress', type: 'ISCSI_IP_Address', dataId: 3 },
  ],
  SetTunnelModeOuterAddress_OUT: [{ name: 'Status', type: 'uint32', dataId: 4 }],
  ClearCache_OUT: [{ name: 'Status', type: 'uint32', dataId: 1 }],
  SetGenerationalGuid_IN: [{ name: 'GenerationalGuid', type: 'uint8', dataId: 1, length: 16 }],
  SetGenerationalGuid_OUT: [{ name: 'Status', type: 'uint32', dataId: 2 }],
  MSiSCSI_BootInformation: [
    { name: 'NodeName', type: 'uint8', dataId: 1, length: 223 },
    { name: 'SharedSecretLength', type: 'uint32', dataId: 2 },
    { name: 'SharedSecret', type: 'uint8', dataId: 3, length: 255 },
  ],
  MSiSCSI_AdapterEvent: [
    { name: 'UniqueAdapterId', type: 'uint64', dataId: 1 },
    { name: 'EventCode', type: 'uint32', dataId: 2 }, // ISCSI_ADAPTER_EVENT_CODE
  ],
} as const;
