// The classes of iscsifnd.h.

export const iscsifndClasses = {
  ISCSI_DiscoveredTargetPortal: {
    guid: 'FA218C5D-B306-4D5D-B2DB-6BBA050FD8FA',
    kind: 'embedded',
    header: 'iscsifnd.h',
    purpose: 'discovered portal',
    structure: 'ISCSI_DiscoveredTargetPortal',
  },
  ISCSI_DiscoveredTargetPortalGroup: {
    guid: '28C3AF2C-A453-4A3D-8E10-9E09D89EF333',
    kind: 'embedded',
    header: 'iscsifnd.h',
    purpose: 'discovered portal group',
    structure: 'ISCSI_DiscoveredTargetPortalGroup',
  },
  ISCSI_DiscoveredTarget: {
    guid: '08CDF465-E18D-42FE-8EB2-568CA96A9856',
    kind: 'embedded',
    header: 'iscsifnd.h',
    purpose: 'discovered target',
    structure: 'ISCSI_DiscoveredTarget',
  },
  ISCSI_DiscoveredTargetPortal2: {
    guid: 'E95162A2-8EE5-40F1-B05D-A5321A30D03D',
    kind: 'embedded',
    header: 'iscsifnd.h',
    purpose: 'discovered portal with security data',
    structure: 'ISCSI_DiscoveredTargetPortal2',
  },
  ISCSI_DiscoveredTargetPortalGroup2: {
    guid: '1732B30D-EE08-4DE7-BED1-DE165F1D7B45',
    kind: 'embedded',
    header: 'iscsifnd.h',
    purpose: 'discovered portal group with tag',
    structure: 'ISCSI_DiscoveredTargetPortalGroup2',
  },
  ISCSI_DiscoveredTarget2: {
    guid: 'A71BCDE9-5433-4B36-B9C1-07868E18B48A',
    kind: 'embedded',
    header: 'iscsifnd.h',
    purpose: 'discovered target, second form',
    structure: 'ISCSI_DiscoveredTarget2',
  },
  MSiSCSI_DiscoveryOperations: {
    guid: '556BC0B0-0FB5-40F2-9255-B7D9A669DAEC',
    kind: 'methods',
    header: 'iscsifnd.h',
    purpose: 'target discovery of the adapter',
    instances: 'adapter',
    methods: [
      { name: 'ReportDiscoveredTargets', methodId: 10, out: 'ReportDiscoveredTargets_OUT' },
      { name: 'ReportDiscoveredTargets2', methodId: 11, out: 'ReportDiscoveredTargets2_OUT' },
    ],
  },
} as const;
