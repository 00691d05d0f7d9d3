// Structures of iscsicfg.h: the settings of addresses, ports, boot, security, discovery and RADIUS.

export const iscsicfgStructures = {
  MSiSCSI_TCPIPConfig: [
    { name: 'UseLinkLocalAddress', type: 'boolean', dataId: 1 },
    { name: 'EnableDHCP', type: 'boolean', dataId: 2 },
    { name: 'UseDHCPForDNS', type: 'boolean', dataId: 3 },
    { name: 'IPVersions', type: 'uint32', dataId: 4 }, // 0x1 IPv4, 0x2 IPv6
    { name: 'IpAddress', type: 'ISCSI_IP_Address', dataId: 5 },
    { name: 'DefaultGateway', type: 'ISCSI_IP_Address', dataId: 6 },
    { name: 'SubnetMask', type: 'ISCSI_IP_Address', dataId: 7 },
    { name: 'PreferredDNSServer', type: 'ISCSI_IP_Address', dataId: 8 },
    { name: 'AlternateDNSServer', type: 'ISCSI_IP_Address', dataId: 9 },
  ],
  MSiSCSI_NICConfig: [
    { name: 'LinkSpeed', type: 'uint32', dataId: 1 }, // Megabits per second
    { name: 'MaxLinkSpeed', type: 'uint32', dataId: 2 },
    { name: 'LinkState', type: 'uint32', dataId: 3 }, // ISCSI_NIC_LINKSTATE
    { name: 'MaxFrameSize', type: 'uint32', dataId: 4 },
    { name: 'MacAddress', type: 'uint8', dataId: 5, length: 6 },
  ],
  MSiSCSI_BootConfiguration: [
    { name: 'LUN', type: 'uint64', dataId: 1 },
    { name: 'SecurityFlags', type: 'uint64', dataId: 2 },
    { name: 'UsernameSize', type: 'uint32', dataId: 3 },
    { name: 'PasswordSize', type: 'uint32', dataId: 4 },
    { name: 'DiscoverBootDevice', type: 'boolean', dataId: 5 },
    { name: 'InitiatorNode', type: 'string', dataId: 6, maxChars: 223 },
    { name: 'TargetName', type: 'string', dataId: 7, maxChars: 223 },
    { name: 'TargetPortal', type: 'ISCSI_TargetPortal', dataId: 8 },
    { name: 'LoginOptions', type: 'ISCSI_LoginOptions', dataId: 9 },
    { name: 'Username', type: 'uint8', dataId: 10, count: 'UsernameSize' },
    { name: 'Password', type: 'uint8', dataId: 11, count: 'PasswordSize' },
  ],
  MSiSCSI_SecurityCapabilities: [
    { name: 'ProtectiScsiTraffic', type: 'boolean', dataId: 1 },
    { name: 'ProtectiSNSTraffic', type: 'boolean', dataId: 2 },
    { name: 'CertificatesSupported', type: 'boolean', dataId: 3 },
    { name: 'EncryptionAvailableCount', type: 'uint32', dataId: 4 },
    { name: 'EncryptionAvailable', type: 'uint32', dataId: 5, count: 'EncryptionAvailableCount' },
  ],
  MSiSCSI_DiscoveryConfig: [
    { name: 'PerformiSNSDiscovery', type: 'boolean', dataId: 1 },
    { name: 'PerformSLPDiscovery', type: 'boolean', dataId: 2 },
    { name: 'AutomaticiSNSDiscovery', type: 'boolean', dataId: 3 },
    { name: 'InitiatorName', type: 'string', dataId: 4, maxChars: 256 },
    { name: 'iSNSServer', type: 'ISCSI_IP_Address', dataId: 5 },
  ],
  MSiSCSI_RADIUSConfig: [
    { name: 'UseRADIUSForCHAP', type: 'boolean', dataId: 1 },
    { name: 'SharedSecretSizeInBytes', type: 'uint32', dataId: 2 },
    { name: 'RADIUSServer', type: 'ISCSI_IP_Address', dataId: 3 },
    { name: 'BackupRADIUSServer', type: 'ISCSI_IP_Address', dataId: 4 },
    { name: 'Reserved', type: 'uint32', dataId: 5 },
    { name: 'SharedSecret', type: 'uint8', dataId: 6, count: 'SharedSecretSizeInBytes' },
  ],
} as const;
