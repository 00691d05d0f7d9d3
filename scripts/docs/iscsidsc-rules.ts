// What docs/iscsidsc.md says of each call besides its signature: its own statuses and its rules. This part has sessions,
// connections, devices and what is persistent.
//
// A rule without a mark is documented for the call; `by text` is read from the text or the name of a status code; `ours` is
// our choice where the documents are silent or disagree.

import { discoveryRules } from './iscsidsc-discovery-rules.ts';
import {
  modesRule,
  ofLogin,
  ofMapping,
  ofPlace,
  optionsRules,
  type RulesOfSome,
  securityRule,
} from './iscsidsc-statuses.ts';

/** The rules of all calls. */
export const callRules: RulesOfSome = {
  LoginIScsiTarget: {
    statuses: [
      ...ofLogin,
      ...ofPlace,
      ...ofMapping,
      'ISDSC_TARGET_NOT_FOUND',
      'ISDSC_INVALID_ISCSI_NAME',
      'ISDSC_TARGET_ALREADY_LOGGED_IN',
      'ISDSC_NO_PORTAL_SPECIFIED',
      'ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA',
    ],
    rules: [
      'The target must be among those that are known, by discovery or as static ones.',
      'IsInformationalSession makes a session without devices, for SendScsiInquiry, SendScsiReadCapacity and SendScsiReportLuns.',
      'Where InitiatorInstance is null the service chooses, and InitiatorPortNumber must be ISCSI_ANY_INITIATOR_PORT.',
      'Where TargetPortal is null any portal of the target will do; one that is given is not checked to be reachable before.',
      'Where Mappings is null the initiator chooses bus, target and LUN numbers.',
      'A second session with a target takes ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED; without it the status is ISDSC_TARGET_ALREADY_LOGGED_IN (by text).',
      'IsPersistent saves the login before the session is made, and it is made again at every start of the service. Where there is a session already, the login is saved and that session is the answer (ours).',
      'UniqueSessionId and UniqueConnectionId stay the same over reconnects, and are neither ISID nor TSIH nor CID.',
      securityRule,
      modesRule,
      ...optionsRules,
    ],
  },
  LogoutIScsiTarget: {
    statuses: [
      'ISDSC_INVALID_SESSION_ID',
      'ISDSC_DEVICE_BUSY_ON_SESSION',
      'ISDSC_SESSION_BUSY',
      'ISDSC_TARGET_ERROR',
      'ISDSC_SCSI_REQUEST_FAILED',
    ],
    rules: [
      'Before an ordinary session ends, every device of it is asked whether it can go. Where one is held, nothing ends and the status is ISDSC_DEVICE_BUSY_ON_SESSION (by text); Cause.holders names everybody who holds one.',
      'A device whose write cache cannot be flushed keeps the session: ISDSC_SCSI_REQUEST_FAILED (ours).',
      'An informational session ends at once.',
      'Persistent logins stay; RemoveIScsiPersistentTarget is for them.',
      'A session that is between reconnects ends too, and its reconnects with it (ours: only the driver rule is known).',
      'A second logout of the same session while one goes on has the first one’s status (ours).',
      'A target that does not answer the logout does not keep the session: the status is ERROR_SUCCESS, and the id is dead (ours).',
    ],
  },
  GetIScsiSessionList: {
    statuses: [],
    rules: [
      'A session that is between reconnects has ConnectionCount 0; its id and those of its connections are kept for when they are back.',
      'TSID and CID are two bytes as on the wire; TargetName and TargetNodeName are the same (ours).',
    ],
  },
  GetIScsiSessionListEx: {
    statuses: [],
    rules: [
      'No page documents it; its members are those of the header (ours: as the WMI classes of the same names have them).',
      'Connections that are being opened again are there too, with State 0 (ours).',
      'EstimatedThroughput and MaxDatagramSize are 0: the one is not measured, the other TCP does not have (ours).',
    ],
  },
  AddIScsiConnection: {
    statuses: [
      ...ofLogin,
      'ISDSC_INVALID_PORT_NUMBER',
      'ISDSC_INVALID_SESSION_ID',
      'ISDSC_SESSION_BUSY',
      'ISDSC_NO_CONNECTION_AVAILABLE',
    ],
    rules: [
      'Reserved must be null.',
      'InitiatorPortNumber may be ISCSI_ANY_INITIATOR_PORT.',
      'TargetPortal must be in the portal group of the session; one that is not is ISDSC_CANT_INCLUDE_IN_SESSION (by text).',
      'A session that is between reconnects is ISDSC_NO_CONNECTION_AVAILABLE, one that is being logged out ISDSC_SESSION_BUSY (by text).',
      'LoginOptions are those of this connection: AuthType with its user name and password, and digests; what they do not say is as in the login of the session, and what is negotiated for sessions stays (ours).',
      securityRule,
      modesRule,
      ...optionsRules,
    ],
  },
  RemoveIScsiConnection: {
    statuses: [
      'ISDSC_INVALID_SESSION_ID',
      'ISDSC_INVALID_CONNECTION_ID',
      'ISDSC_CANT_REMOVE_LAST_CONNECTION',
      'ISDSC_CANNOT_REMOVE_LEADING_CONNECTION',
      'ISDSC_REMOVE_CONNECTION_IN_PROGRESS',
      'ISDSC_SESSION_BUSY',
      'ISDSC_NO_CONNECTION_AVAILABLE',
      'ISDSC_TRANSPORT_ERROR',
      'ISDSC_TARGET_ERROR',
    ],
    rules: [
      'The last connection of a session is never removed: ISDSC_CANT_REMOVE_LAST_CONNECTION (by text). LogoutIScsiTarget is for it.',
      'The leading connection is never removed: ISDSC_CANNOT_REMOVE_LEADING_CONNECTION (by text).',
      'While a connection of the session is being removed, another removal is ISDSC_REMOVE_CONNECTION_IN_PROGRESS (by text).',
      'An id that is none of the session’s is ISDSC_INVALID_CONNECTION_ID (by text).',
      'What is in flight on the connection ends first, or by the drain deadline.',
    ],
  },
  ReportIScsiPersistentLogins: {
    statuses: [],
    rules: [
      'No password comes out: ISCSI_LOGIN_OPTIONS_PASSWORD in InformationSpecified says that one is kept (ours).',
      'A login that any portal of the target will do for has a TargetPortal without address (ours).',
    ],
  },
  RemoveIScsiPersistentTarget: {
    statuses: [
      ...ofPlace,
      'ISDSC_TARGET_NOT_FOUND',
      'ISDSC_INVALID_ISCSI_NAME',
      'ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA',
    ],
    rules: [
      'Instance, port, target and portal select; ISCSI_ALL_INITIATOR_PORTS is all ports, and a null or empty Portal all portals.',
      'Sessions stay; LogoutIScsiTarget is for them.',
      'Where no login matches, the status is ISDSC_TARGET_NOT_FOUND (ours).',
    ],
  },
  GetDevicesForIScsiSession: {
    statuses: ['ISDSC_INVALID_SESSION_ID'],
    rules: [
      'An informational session has no devices.',
      'DeviceInterfaceName is the path that AddPersistentIScsiDevice takes; there is no drive or device node of the system’s, so LegacyName is empty, DeviceInstance 0, and DeviceNumber and PartitionNumber are 0xFFFFFFFF (ours).',
      'ScsiAddress has the numbers of the session’s mapping; PortNumber is the place of the instance in ReportIScsiInitiatorList (ours).',
    ],
  },
  SetupPersistentIScsiDevices: {
    statuses: [],
    rules: [
      'Every device of the sessions with a persistent login is bound; at its start the service is ready when all that are bound are there.',
      'The order is: log in persistently, then call this.',
    ],
  },
  SetupPersistentIScsiVolumes: {
    statuses: [],
    rules: [
      'The same as SetupPersistentIScsiDevices, of which it is the older name: here a volume is a device (ours).',
    ],
  },
  AddPersistentIScsiDevice: {
    statuses: ['ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT', 'ISDSC_DEVICE_ALREADY_PERSISTENTLY_BOUND'],
    rules: [
      'A device that is of no session, or of one without a persistent login, is ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT.',
      'One that is bound already is ISDSC_DEVICE_ALREADY_PERSISTENTLY_BOUND: the page’s ISDSC_VOLUME_ALREADY_PERSISTENTLY_BOUND is not in the header.',
    ],
  },
  RemovePersistentIScsiDevice: {
    statuses: ['ISDSC_DEVICE_NOT_FOUND'],
    rules: ['One that is not bound is ISDSC_DEVICE_NOT_FOUND.'],
  },
  ClearPersistentIScsiDevices: { statuses: [], rules: ['Nothing is bound afterwards; no session ends.'] },
  ReportPersistentIScsiDevices: { statuses: [], rules: ['Devices that are bound and not there now are listed too.'] },
  ...discoveryRules,
};
