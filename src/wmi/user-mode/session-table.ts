// MSIscsiInitiator_SessionClass (Iscsidsc.mof).

export const sessionTable = {
  namespace: 'root/wmi',
  name: 'MSIscsiInitiator_SessionClass',
  keys: ['SessionId'],
  properties: {
    SessionId: 'string',
    InitiatorName: 'string',
    TargetNodeName: 'string',
    TargetName: 'string',
    ISID: 'uint8[]',
    TSID: 'uint8[]',
    ConnectionInformation: 'MSIscsiInitiator_ConnectionInformation[]',
    Devices: 'MSIscsiInitiator_DeviceOnSession[]',
  },
  methods: {
    AddConnection: {
      in: {
        InitiatorPortNumber: 'uint32',
        TargetPortal: 'MSIscsiInitiator_Portal',
        SecurityFlags: 'uint64', // ISCSI_SECURITY_FLAGS
        LoginOptions: 'MSIscsiInitiator_TargetLoginOptions',
        Key: 'uint8[]',
      },
      out: { UniqueConnectionId: 'string' },
    },
    Logout: { in: {}, out: {} },
    RemoveConnection: { in: { UniqueConnectionId: 'string' }, out: {} },
    SendScsiInquiry: {
      in: { Lun: 'uint64', EvpdCmddt: 'uint8', PageCode: 'uint8' },
      out: { ScsiStatus: 'uint8', ResponseBuffer: 'uint8[]', SenseBuffer: 'uint8[]' },
    },
    SendScsiReadCapacity: {
      in: { Lun: 'uint64' },
      out: { ScsiStatus: 'uint8', ResponseBuffer: 'uint8[]', SenseBuffer: 'uint8[]' },
    },
    SendScsiReportLuns: {
      in: {},
      out: { ScsiStatus: 'uint8', ResponseBuffer: 'uint8[]', SenseBuffer: 'uint8[]' },
    },
  },
} as const;
