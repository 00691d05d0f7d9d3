// Structures of iscsifnd.h: what an adapter has discovered.

export const iscsifndStructures = {
  ISCSI_DiscoveredTargetPortal: [
    { name: 'Socket', type: 'uint16', dataId: 1 },
    { name: 'Address', type: 'ISCSI_IP_Address', dataId: 2 },
    { name: 'SymbolicName', type: 'string', dataId: 3, maxChars: 256 },
  ],
  ISCSI_DiscoveredTargetPortalGroup: [
    { name: 'PortalCount', type: 'uint32', dataId: 1 },
    { name: 'Portals', type: 'ISCSI_DiscoveredTargetPortal', dataId: 2, count: 'PortalCount' },
  ],
  ISCSI_DiscoveredTarget: [
    { name: 'TargetPortalGroupCount', type: 'uint32', dataId: 1 },
    { name: 'TargetName', type: 'string', dataId: 2, maxChars: 223 },
    { name: 'TargetAlias', type: 'string', dataId: 3, maxChars: 255 },
    {
      name: 'TargetDiscoveredPortalGroups',
      type: 'ISCSI_DiscoveredTargetPortalGroup',
      dataId: 4,
      count: 'TargetPortalGroupCount',
    },
  ],
  ISCSI_DiscoveredTargetPortal2: [
    { name: 'Socket', type: 'uint16', dataId: 1 },
    { name: 'Address', type: 'ISCSI_IP_Address', dataId: 2 },
    // iSNS bitmap (ISCSI_SECURITY_FLAGS); when iSNS gives none a registry default DefaultSecurityBitmap applies
    { name: 'SecurityBitmap', type: 'uint32', dataId: 3 },
    { name: 'KeySize', type: 'uint32', dataId: 4 },
    { name: 'Key', type: 'uint8', dataId: 5, count: 'KeySize' },
    { name: 'SymbolicName', type: 'string', dataId: 6, maxChars: 256 }, // Follows the variable-length Key
  ],
  ISCSI_DiscoveredTargetPortalGroup2: [
    { name: 'PortalCount', type: 'uint32', dataId: 1 },
    { name: 'Tag', type: 'uint16', dataId: 2 },
    { name: 'Portals', type: 'ISCSI_DiscoveredTargetPortal2', dataId: 3, count: 'PortalCount' },
  ],
  ISCSI_DiscoveredTarget2: [
    { name: 'TargetPortalGroupCount', type: 'uint32', dataId: 1 },
    { name: 'TargetName', type: 'string', dataId: 2, maxChars: 223 },
    { name: 'TargetAlias', type: 'string', dataId: 3, maxChars: 255 },
    {
      name: 'TargetDiscoveredPortalGroups',
      type: 'ISCSI_DiscoveredTargetPortalGroup2',
      dataId: 4,
      count: 'TargetPortalGroupCount',
    },
  ],
  ReportDiscoveredTargets_OUT: [
    { name: 'Status', type: 'uint32', dataId: 1 },
    { name: 'TargetCount', type: 'uint32', dataId: 2 },
    { name: 'Targets', type: 'ISCSI_DiscoveredTarget', dataId: 3, count: 'TargetCount' },
  ],
  ReportDiscoveredTargets2_OUT: [
    { name: 'Status', type: 'uint32', dataId: 1 },
    { name: 'TargetCount', type: 'uint32', dataId: 2 },
    { name: 'Targets', type: 'ISCSI_DiscoveredTarget2', dataId: 3, count: 'TargetCount' },
  ],
} as const;
