// The classes of iscsidef.h.

export const iscsidefClasses = {
  ISCSI_IP_Address: {
    guid: '9AC5D4A1-1A1A-48EC-8E79-735806E9A1FA',
    kind: 'embedded',
    header: 'iscsidef.h',
    purpose: 'version-neutral IP address',
    structure: 'ISCSI_IP_Address',
  },
  ISCSI_TargetPortal: {
    guid: 'DE5051A7-BF27-48F1-BD12-07CADE92AEFD',
    kind: 'embedded',
    header: 'iscsidef.h',
    purpose: 'target portal address',
    structure: 'ISCSI_TargetPortal',
  },
  ISCSI_TargetPortalGroup: {
    guid: '3081F2A5-95F5-4D2A-813D-EE59864C6FC5',
    kind: 'embedded',
    header: 'iscsidef.h',
    purpose: 'counted list of portals',
    structure: 'ISCSI_TargetPortalGroup',
  },
  ISCSI_LoginOptions: {
    guid: '3011A7BD-0491-478E-8C79-3C76424D05E2',
    kind: 'embedded',
    header: 'iscsidef.h',
    purpose: 'login parameters',
    structure: 'ISCSI_LoginOptions',
  },
  ISCSI_LUNList: {
    guid: '994FF278-3512-4D9B-A241-54CEF45F5A25',
    kind: 'embedded',
    header: 'iscsidef.h',
    purpose: 'OS LUN to target LUN pair',
    structure: 'ISCSI_LUNList',
  },
  ISCSI_TargetMapping: {
    guid: '21A28820-3C4C-4944-AC4F-DA7FEBA21168',
    kind: 'embedded',
    header: 'iscsidef.h',
    purpose: 'bus/target/LUN mapping of one session',
    structure: 'ISCSI_TargetMapping',
  },
} as const;
