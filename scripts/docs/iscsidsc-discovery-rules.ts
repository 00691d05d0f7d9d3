// What docs/iscsidsc.md says of the calls for discovery, raw SCSI commands, secrets and the initiator; see iscsidsc-rules.ts.

import {
  keptRule,
  modesRule,
  ofLogin,
  ofMapping,
  ofPlace,
  ofScsi,
  optionsRules,
  type RulesOfSome,
  scsiRules,
} from './iscsidsc-statuses.ts';

export const discoveryRules: RulesOfSome = {
  ReportIScsiTargets: {
    statuses: ['ISDSC_OPERATION_NOT_ALL_SUCCESS'],
    rules: [
      'With ForceUpdate every source of discovery is asked before. Where one could not be asked the status is ISDSC_OPERATION_NOT_ALL_SUCCESS, a warning, and Buffer is there all the same (by text).',
      'Static targets that are hidden are left out unless they are found dynamically too.',
    ],
  },
  AddIScsiStaticTarget: {
    statuses: [
      'ISDSC_INVALID_ISCSI_NAME',
      ...ofMapping,
      'ISDSC_INVALID_TARGET_CHAP_SECRET',
      'ISDSC_INVALID_CHAP_USER_NAME',
      'ISDSC_INVALID_LOGON_AUTH_TYPE',
    ],
    rules: [
      'Persist keeps it over a restart of the service.',
      'ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET keeps it out of ReportIScsiTargets, so that login options can be set before the target is found.',
      'ISCSI_TARGET_FLAG_MERGE_TARGET_INFORMATION keeps what is stored already; without it that is overwritten.',
      'LoginOptions are those of the target’s logins that have none of their own.',
      ...optionsRules,
    ],
  },
  RemoveIScsiStaticTarget: {
    statuses: ['ISDSC_TARGET_NOT_FOUND', 'ISDSC_INVALID_ISCSI_NAME'],
    rules: ['One that is not on the static list is ISDSC_TARGET_NOT_FOUND (by text).'],
  },
  GetIScsiTargetInformation: {
    statuses: ['ISDSC_TARGET_NOT_FOUND', 'ISDSC_DISCOVERY_MECHANISM_NOT_FOUND'],
    rules: [
      'DiscoveryMechanism selects one of the target’s instances, by the strings that the class DiscoveryMechanisms lists. For every other class it must be given.',
      'The page says to list mechanisms with a null class, but 0 is ProtocolType: here DiscoveryMechanisms, 2, does (ours).',
      'PortalGroups is a group for each portal group tag (ours: header and page disagree on the layout).',
    ],
  },
  ReportIScsiTargetPortals: {
    statuses: ['ISDSC_TARGET_NOT_FOUND'],
    rules: [
      'InitiatorName and TargetPortalTag leave out what is not of them; null is any.',
      'A portal that several mechanisms have found is listed once (ours).',
    ],
  },
  ReportActiveIScsiTargetMappings: {
    statuses: [],
    rules: [
      'A mapping a session that has devices; LUNList has each of them.',
      'OSDeviceName is empty: there is no port driver (ours).',
    ],
  },
  AddIScsiSendTargetPortal: {
    statuses: [...ofLogin, ...ofPlace, 'ISDSC_INVALID_SENDTARGETS_TEXT'],
    rules: [
      'Where InitiatorInstance is null any instance will do; InitiatorPortNumber selects the source address, and ISCSI_ALL_INITIATOR_PORTS leaves it to routing.',
      'LoginOptions are those of the portal’s discovery sessions.',
      keptRule,
      'The same portal again gets the new options (ours).',
      modesRule,
      ...optionsRules,
    ],
  },
  RemoveIScsiSendTargetPortal: {
    statuses: [...ofPlace, 'ISDSC_PORTAL_NOT_FOUND'],
    rules: [
      'Where InitiatorInstance is null it is the entry for any instance.',
      'One that is not on the list is ISDSC_PORTAL_NOT_FOUND (by text).',
    ],
  },
  RefreshIScsiSendTargetPortal: {
    statuses: [...ofLogin, ...ofPlace, 'ISDSC_PORTAL_NOT_FOUND', 'ISDSC_INVALID_SENDTARGETS_TEXT'],
    rules: ['A discovery session asks the portal with SendTargets; the status says why it could not.'],
  },
  ReportIScsiSendTargetPortals: {
    statuses: [],
    rules: ['InitiatorName is empty and InitiatorPortNumber ISCSI_ANY_INITIATOR_PORT for any (ours).'],
  },
  ReportIScsiSendTargetPortalsEx: {
    statuses: [],
    rules: ['The same with SecurityFlags and LoginOptions, in which no password comes out (ours).'],
  },
  AddISNSServer: {
    statuses: ['ISDSC_ISNS_SERVER_NOT_FOUND', 'ISDSC_INCOMPATIBLE_ISNS_VERSION'],
    rules: [
      'The server is kept over a restart, asked at once, and later at every refresh, at the start of the service and when it tells of a change.',
      'An address that is none is ERROR_INVALID_PARAMETER.',
      keptRule,
    ],
  },
  RemoveISNSServer: {
    statuses: ['ISDSC_ISNS_SERVER_NOT_FOUND'],
    rules: ['One that is not on the list is ISDSC_ISNS_SERVER_NOT_FOUND (by text).'],
  },
  RefreshISNSServer: {
    statuses: ['ISDSC_ISNS_SERVER_NOT_FOUND', 'ISDSC_INCOMPATIBLE_ISNS_VERSION'],
    rules: ['The list that it gives takes the place of the one that it gave before.'],
  },
  ReportISNSServerList: { statuses: [], rules: ['The addresses that were added.'] },
  AddRadiusServer: {
    statuses: [],
    rules: ['The server is kept over a restart.', 'An address that is none is ERROR_INVALID_PARAMETER.'],
  },
  RemoveRadiusServer: {
    statuses: ['ERROR_NOT_FOUND'],
    rules: ['One that is not on the list is ERROR_NOT_FOUND (ours).'],
  },
  ReportRadiusServerList: {
    statuses: [],
    rules: ['The addresses that were added, with the port where it is not 1812.'],
  },
  SetIScsiInitiatorRADIUSSharedSecret: {
    statuses: [],
    rules: ['22 to 26 bytes; another length is ERROR_INVALID_PARAMETER (ours).'],
  },
  SendScsiInquiry: {
    statuses: ofScsi,
    rules: [
      'Bit 0 of EvpdCmddt is EVPD, bit 1 CMDDT, in byte 1 of the CDB; PageCode is byte 2.',
      'ResponseSize is the ALLOCATION LENGTH, 255 unless given (ours).',
      ...scsiRules,
    ],
  },
  SendScsiReadCapacity: {
    statuses: ofScsi,
    rules: [
      'READ CAPACITY (16) is sent, and (10) to a device that does not have it (ours: not documented).',
      ...scsiRules,
    ],
  },
  SendScsiReportLuns: { statuses: ofScsi, rules: scsiRules },
  SetIScsiInitiatorCHAPSharedSecret: {
    statuses: ['ISDSC_INVALID_INITIATOR_CHAP_SECRET'],
    rules: [
      'It is the secret that targets prove themselves with in mutual CHAP; the one that the initiator proves itself with is the Password of the login options.',
      '12 to 16 bytes. The page says below 16, the text of ISDSC_INVALID_INITIATOR_CHAP_SECRET at most 16: 16 is taken, since a target that has such a secret could not be used otherwise (ours). Shorter ones are for IPsec, which cannot be applied.',
    ],
  },
  SetIScsiGroupPresharedKey: {
    statuses: [],
    rules: [
      'The key is kept, over a restart with Persist. It is not applied: see AddIScsiConnection and LoginIScsiTarget.',
    ],
  },
  SetIScsiIKEInfo: {
    statuses: [...ofPlace, 'ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED', 'ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE'],
    rules: [
      'There is one method, IKE_AUTHENTICATION_PRESHARED_KEY_METHOD.',
      'ISCSI_ALL_INITIATOR_PORTS covers all ports.',
      'An identity of another type, or not of the length of its type, is refused (by text).',
      'The settings are kept, over a restart with Persist. They are not applied: see AddIScsiConnection and LoginIScsiTarget.',
      modesRule,
    ],
  },
  GetIScsiIKEInfo: {
    statuses: [
      ...ofPlace,
      'ISDSC_NO_AUTH_INFO_AVAILABLE',
      'ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED',
      'ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE',
    ],
    rules: [
      'Reserved must be null.',
      'The key never comes out: KeyLengthInBytes is 0 (ours).',
      'Where nothing is kept, or not for the identity in AuthInfo, the status is ISDSC_NO_AUTH_INFO_AVAILABLE (by text).',
    ],
  },
  SetIScsiTunnelModeOuterAddress: {
    statuses: ofPlace,
    rules: [
      'Where InitiatorName is null all instances are meant, and with ISCSI_ALL_INITIATOR_PORTS all ports; the page’s ISCSI_ALL_PORTS is not in the header.',
      'A null OuterModeAddress takes the setting away (ours).',
      'The address is kept, over a restart with Persist. It is not applied: see AddIScsiConnection and LoginIScsiTarget.',
    ],
  },
  GetIScsiInitiatorNodeName: { statuses: [], rules: ['All instances share the name.'] },
  SetIScsiInitiatorNodeName: {
    statuses: ['ISDSC_INVALID_ISCSI_NAME'],
    rules: [
      'Null is the name that is made from the host’s.',
      'Sessions keep the name that they have logged in with; logins to come use the new one (ours).',
      'A name that is none is ISDSC_INVALID_ISCSI_NAME; the page says that nothing is checked, and no target could be logged in to with such a name (ours).',
    ],
  },
  ReportIScsiInitiatorList: {
    statuses: [],
    rules: ['The names of the initiator instances, as InitiatorInstance takes them.'],
  },
  GetIScsiVersionInformation: {
    statuses: [],
    rules: ['The numbers are the service’s own; the system’s have no part in them.'],
  },
};
