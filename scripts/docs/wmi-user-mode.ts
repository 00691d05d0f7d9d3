// What docs/wmi.md says of each class of user mode and of each of its methods.

import { implemented, type Proof, type Standing } from './wmi-standing.ts';

const both = 'integration/wmi/user-mode';
const lists = 'unit/wmi/user-mode/sessions-and-lists';
const methods = 'unit/wmi/user-mode/method-class';
const storage = 'unit/wmi/user-mode/storage';
const target = 'unit/wmi/user-mode/target-class';

const partProof: Proof = [
  'unit/wmi/user-mode/tables',
  'every method can be called, and the objects of parameters and properties are of classes that there are',
];
const loginProof: Proof = [
  both,
  'TargetClass.Login makes a session that SessionClass has; Logout is refused while a device is held, and ends it then',
];
const connectionProof: Proof = [
  both,
  'AddConnection joins a connection to the session, RemoveConnection takes it off; the leading one stays',
];
const scsiProof: Proof = [
  both,
  'SendScsi… of an informational session give what the device says, sense data with a refusal',
];
const connectProof: Proof = [
  both,
  'MSFT_iSCSITarget.Connect and Disconnect make and end a session; Register and Unregister leave it as it is',
];
const portalProof: Proof = [
  both,
  'MSFT_iSCSITargetPortal.New makes targets known, Update asks again, Remove makes them unknown',
];
const settingsProof: Proof = [
  methods,
  'MethodClass: names, secrets and IPsec settings reach the service, whether on the class or on its one instance',
];
const sourcesProof: Proof = [lists, 'sources of discovery are listed and asked again; secrets do not come out'];
const keptProof: Proof = [
  lists,
  'PersistentLoginClass, PersistentDevices and InitiatorClass list what is kept and who there is',
];

/** A class whose objects are parts of others. */
function part(says: string): Standing {
  return implemented(`part of others: ${says}`, partProof);
}

/** By class. */
export const userModeStandings: Readonly<Record<string, Standing>> = {
  MSIscsiInitiator_SessionClass: implemented('a session with its connections and devices', loginProof, [
    lists,
    'SessionClass shows ISID and TSID as bytes of the wire, connections that are there, and the devices',
  ]),
  MSIscsiInitiator_TargetClass: implemented('a target, an instance for each way in which it was found', [
    target,
    'TargetClass has an instance for each way in which a target was found, with its portals by group',
  ]),
  MSIscsiInitiator_MethodClass: implemented('the node’s name; methods that are of no session or target', settingsProof),
  MSIscsiInitiator_SendTargetPortalClass: implemented('a portal that is asked for targets', sourcesProof),
  MSIscsiInitiator_IsnsServerClass: implemented('an iSNS server', sourcesProof),
  MSIscsiInitiator_PersistentLoginClass: implemented('a login that is made at every start', keptProof),
  MSIscsiInitiator_PersistentDevices: implemented('a device that must be there before the service is ready', keptProof),
  MSIscsiInitiator_InitiatorClass: implemented('an initiator instance', keptProof),
  MSIscsiInitiator_ConnectionInformation: part('a connection'),
  MSIscsiInitiator_DeviceOnSession: part('a device'),
  MSIscsiInitiator_TargetLoginOptions: part('options of a login'),
  MSIscsiInitiator_TargetMappings: part('bus, target and LUN numbers of a target'),
  MSIscsiInitiator_TargetAddress: part('an address of a device; no class has one'),
  MSIscsiInitiator_LUNList: part('a LUN with its number in the system'),
  MSIscsiInitiator_Portal: part('a portal'),
  MSIscsiInitiator_PortalGroup: part('a portal group'),
  MSIscsiInitiator_IKEPresharedKeyAuthenticationInfo: part('an identity and its preshared key'),
  MSFT_iSCSITarget: implemented('a target and whether a session with it is up', connectProof),
  MSFT_iSCSISession: implemented('a session', connectProof, [
    storage,
    'MSFT_iSCSISession shows ids and digests, who proves what, and whether the session is kept',
  ]),
  MSFT_iSCSIConnection: implemented('a connection', [
    storage,
    'a session between reconnects is not connected, and has no connection',
  ]),
  MSFT_iSCSITargetPortal: implemented('a portal that is asked for targets', portalProof),
};

/** By class and method. */
export const userModeMethodStandings: Readonly<Record<string, Standing>> = {
  'MSIscsiInitiator_SessionClass.AddConnection': implemented('adds a connection to the session', connectionProof),
  'MSIscsiInitiator_SessionClass.Logout': implemented(
    'asks the holders of the devices first: ISDSC_DEVICE_BUSY_ON_SESSION where one stays',
    loginProof,
  ),
  'MSIscsiInitiator_SessionClass.RemoveConnection': implemented(
    'never the last connection, nor the leading one',
    connectionProof,
    [lists, 'SessionClass.RemoveConnection: one removal at a time, and none from a session that is leaving'],
  ),
  'MSIscsiInitiator_SessionClass.SendScsiInquiry': implemented('INQUIRY on the session', scsiProof),
  'MSIscsiInitiator_SessionClass.SendScsiReadCapacity': implemented('READ CAPACITY on the session', scsiProof),
  'MSIscsiInitiator_SessionClass.SendScsiReportLuns': implemented('REPORT LUNS on the session', scsiProof),
  'MSIscsiInitiator_TargetClass.Login': implemented(
    'makes a session, and keeps the login where IsPersistent says so',
    loginProof,
    [target, 'TargetClass.Login: portal, port of the initiator, mapping, security flags and key are passed on'],
  ),
  'MSIscsiInitiator_MethodClass.ClearPersistentIscsiVolumes': implemented(
    'forgets the devices that must be there before the service is ready',
    settingsProof,
  ),
  'MSIscsiInitiator_MethodClass.RefreshTargetList': implemented('asks all sources of discovery again', [
    methods,
    'MethodClass.RefreshTargetList warns where a source of discovery could not be asked',
  ]),
  'MSIscsiInitiator_MethodClass.SetIscsiGroupPresharedKey': implemented('the service keeps the key', settingsProof),
  'MSIscsiInitiator_MethodClass.SetIscsiIKEInfo': implemented('the service keeps identity and key', [
    methods,
    'MethodClass.SetIscsiIKEInfo: identities are bytes of their type',
  ]),
  'MSIscsiInitiator_MethodClass.SetIscsiInitiatorCHAPSharedSecret': implemented(
    'the secret by which a target proves itself',
    settingsProof,
  ),
  'MSIscsiInitiator_MethodClass.SetIscsiInitiatorNodeName': implemented('the name of the node', settingsProof),
  'MSIscsiInitiator_MethodClass.SetIscsiInitiatorRADIUSSharedSecret': implemented(
    'the secret shared with RADIUS servers',
    settingsProof,
  ),
  'MSIscsiInitiator_MethodClass.SetIscsiTunnelModeOuterAddress': implemented(
    'the service keeps the address',
    settingsProof,
  ),
  'MSIscsiInitiator_MethodClass.SetupPersistentIscsiVolumes': implemented(
    'makes the devices that persistent logins have given ones that must be there',
    settingsProof,
  ),
  'MSIscsiInitiator_SendTargetPortalClass.Refresh': implemented('asks the portal again', sourcesProof),
  'MSIscsiInitiator_IsnsServerClass.Refresh': implemented('asks the server again', sourcesProof),
  'MSFT_iSCSITarget.Connect': implemented(
    'makes a session; ChapUsername and ChapSecret too, which the pages do not name and Windows takes. The session itself comes out',
    connectProof,
    [
      storage,
      'Connect asks for a session with devices, of any portal and without authentication, unless told otherwise',
    ],
    [
      storage,
      'Connect refuses what there is not: a word for authentication, a local address, a short secret, no target',
    ],
  ),
  'MSFT_iSCSITarget.Disconnect': implemented(
    'ends a session, or all of the target; the holders of the devices are asked first',
    connectProof,
    [
      storage,
      'Disconnect ends the session that is named, or all of the target; one of another target is not its session',
    ],
  ),
  'MSFT_iSCSITarget.Update': implemented('asks all sources of discovery again', [
    methods,
    'MethodClass.RefreshTargetList warns where a source of discovery could not be asked',
  ]),
  'MSFT_iSCSISession.Register': implemented('the session is made again at every start', connectProof, [
    storage,
    'Register keeps a login that makes the session again, with the credentials that are given',
  ]),
  'MSFT_iSCSISession.Unregister': implemented('ends that; the session stays', connectProof, [
    storage,
    'Unregister removes what keeps this session, and refuses to remove what keeps another',
  ]),
  'MSFT_iSCSISession.SetCHAPSecret': implemented('the secret by which a target proves itself', [
    storage,
    'SetCHAPSecret sets the secret of the initiator, 12 to 16 bytes of UTF-8',
  ]),
  'MSFT_iSCSITargetPortal.New': implemented(
    'a portal to be asked for targets, from now on; it comes out',
    portalProof,
    [storage, 'MSFT_iSCSITargetPortal.New keeps a portal that cannot be asked, and says why'],
  ),
  'MSFT_iSCSITargetPortal.Remove': implemented('the portal is asked no more', portalProof),
  'MSFT_iSCSITargetPortal.Update': implemented('asks the portal again', portalProof, [
    storage,
    'Remove and Update are of the portals that match what is given, at port 3260 unless it is',
  ]),
};
