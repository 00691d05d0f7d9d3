// What docs/wmi.md says of each of the 27 methods, by class and name.

import { answered, implemented, type Standing } from './wmi-standing.ts';

const operations = 'integration/wmi/operations';
const other = 'integration/wmi/other-operations';

const serversTitle = 'secrets, iSNS and RADIUS servers are the service’s';
const nodeTitle = 'the node has a name until that is deleted, and then its default one';
const scsiTitle = 'give what the device says, and with a failure its status and 18 bytes of sense';
const cacheTitle = 'has no cache: what is kept is the service’s, and stays';
const keyTitle = 'keeps a key with its identity for all ports or one, and tells that it is there, never what it is';

/** By class and method, as in `MSiSCSI_Operations.SendTargets`. */
export const methodStandings: Readonly<Record<string, Standing>> = {
  'MSiSCSI_Operations.SendTargets': implemented(
    'asks over a discovery session that LoginToTarget has made; the answer is the target’s text, as it came',
    [operations, 'makes a discovery session: for SendTargets and nothing else'],
    [operations, 'SendTargets over a data session is refused'],
  ),
  'MSiSCSI_Operations.LoginToTarget': implemented(
    'makes a session of any of the three types; with PersistentLogin the login is stored and not made. UniqueSessionId holds over reconnects, until the logout. The discovery of the target is not asked for: the portal will do',
    [operations, 'makes a data session with a target that nobody has told of, under ids that hold until the logout'],
    [operations, 'makes an informational session, which has no devices and takes the SCSI methods'],
    [operations, 'makes a discovery session: for SendTargets and nothing else'],
    [operations, 'PersistentLogin stores the login and does not log in; RemovePersistentLogin takes it away'],
    [operations, 'what cannot be has a status of its own, and leaves nothing behind'],
  ),
  'MSiSCSI_Operations.LogoutFromTarget': implemented(
    'asks no holder of a device, which is done above this floor; what is open is drained and flushed. It ends the reconnecting of a lost session. A target that refuses changes nothing of that: it is told by events',
    [operations, 'asks nobody: open devices are drained, flushed and gone'],
    [operations, 'ends the reconnecting of a session that is lost, for one that is persistent too'],
  ),
  'MSiSCSI_Operations.AddConnectionToSession': implemented(
    'adds a connection with options of its own. The portal of a redirect is not told in the input, which nobody gets back: MSiSCSI_RedirectPortalInfoClass has it',
    [operations, 'are added by ids with options of their own; the last one, and the leading one, stay'],
    [operations, 'are refused for another adapter’s id, an id that is none, IPsec, and a target that takes no more'],
  ),
  'MSiSCSI_Operations.RemovePersistentLogin': implemented(
    'removes a stored login; with an empty portal those of all portals',
    [operations, 'PersistentLogin stores the login and does not log in; RemovePersistentLogin takes it away'],
  ),
  'MSiSCSI_Operations.RemoveConnectionFromSession': implemented(
    'never the last connection, nor the leading one: ISDSC_CANT_REMOVE_LAST_CONNECTION, ISDSC_CANNOT_REMOVE_LEADING_CONNECTION',
    [operations, 'are added by ids with options of their own; the last one, and the leading one, stay'],
  ),
  'MSiSCSI_Operations.ScsiInquiry': implemented('INQUIRY on a session', [operations, scsiTitle]),
  'MSiSCSI_Operations.ScsiReadCapacity': implemented(
    'READ CAPACITY(16), and for a unit that does not have it READ CAPACITY(10): the documents name neither',
    [operations, scsiTitle],
  ),
  'MSiSCSI_Operations.ScsiReportLuns': implemented('REPORT LUNS on a session', [operations, scsiTitle]),
  'MSiSCSI_Operations.SetCHAPSharedSecret': implemented(
    'the secret by which a target proves itself, of 12 to 16 bytes',
    [operations, serversTitle],
  ),
  'MSiSCSI_Operations.SetRADIUSSharedSecret': implemented('the secret shared with RADIUS servers, of 22 to 26 bytes', [
    operations,
    serversTitle,
  ]),
  'MSiSCSI_Operations.DeleteInitiatorNodeName': implemented('the node has its default name again', [
    operations,
    nodeTitle,
  ]),
  'MSiSCSI_Operations.SetInitiatorNodeName': implemented('the name of the node, which holds for all adapters', [
    operations,
    nodeTitle,
  ]),
  'MSiSCSI_Operations.AddiSNSServer': implemented('a server that the service registers the node with', [
    operations,
    serversTitle,
  ]),
  'MSiSCSI_Operations.RemoveiSNSServer': implemented('ends that', [operations, serversTitle]),
  'MSiSCSI_Operations.AddRADIUSServer': implemented(
    'a server that verifies targets for logins whose flags ask for it',
    [operations, serversTitle],
  ),
  'MSiSCSI_Operations.RemoveRADIUSServer': implemented('ends that', [operations, serversTitle]),
  'MSiSCSI_SecurityConfigOperations.SetPresharedKeyForId': implemented(
    'the service keeps key, identity and flags, as for an adapter without memory of its own. Logins that want IPsec are refused',
    [other, keyTitle],
    [other, 'refuses identities and keys that are none'],
  ),
  'MSiSCSI_SecurityConfigOperations.GetPresharedKeyForId': implemented('the flags of a key, never the key', [
    other,
    keyTitle,
  ]),
  'MSiSCSI_SecurityConfigOperations.SetGroupPresharedKey': implemented('the service keeps the key', [
    other,
    'keeps a group key and tunnel addresses',
  ]),
  'MSiSCSI_SecurityConfigOperations.SetTunnelModeOuterAddress': implemented('the service keeps the address', [
    other,
    'keeps a group key and tunnel addresses',
  ]),
  'MSiSCSI_SecurityConfigOperations.ClearCache': answered(
    'ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED: an adapter has no cache here, and what the service keeps must stay',
    [other, cacheTitle],
  ),
  'MSiSCSI_SecurityConfigOperations.SetGenerationalGuid': answered(
    'ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED: there is no cache that could be out of step',
    [other, cacheTitle],
  ),
  'MSiSCSI_LB_Operations.SetLoadBalancePolicy': implemented(
    'all policies but the vendor’s, which is ISDSC_LB_POLICY_NOT_SUPPORTED; the paths are all connections of the session',
    [other, 'SetLoadBalancePolicy sets each policy, and refuses what its paths do not allow'],
  ),
  'MSiSCSI_ManagementOperations.PingIPAddress': answered(
    'ISDSC_REQUEST_NOT_SUPPORTED: a program may not send ICMP without a privilege, and for a software initiator the documents name the host’s own ping',
    [other, 'PingIPAddress is not for a software initiator: its host has a ping'],
  ),
  'MSiSCSI_DiscoveryOperations.ReportDiscoveredTargets': implemented(
    'the targets that SendTargets and iSNS have found',
    [other, 'reports the targets that were found with their portals by group, and no static ones'],
  ),
  'MSiSCSI_DiscoveryOperations.ReportDiscoveredTargets2': implemented(
    'the same with the tags of portal groups; security bitmap and key are empty, since no source tells them here',
    [other, 'reports the targets that were found with their portals by group, and no static ones'],
  ),
};
