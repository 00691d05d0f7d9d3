// What docs/wmi.md says of each class that has instances or events; of embedded ones the page itself says what they are in.

import type { ClassName } from '../../src/wmi/index.ts';
import { answered, implemented, notApplicable, type Proof, type Standing } from './wmi-standing.ts';

const session = 'integration/wmi/data';
const adapter = 'integration/wmi/adapter-data';
const operations = 'integration/wmi/operations';
const other = 'integration/wmi/other-operations';
const events = 'integration/wmi/events';

const adapterProof: Proof = [
  adapter,
  'MSiSCSI_HBAInformation, MSiSCSI_PortalInfoClass and the classes of its ports agree',
];
const countersProof: Proof = [session, 'grow by known I/O alone, and agree with each other; times are in microseconds'];
const adapterCountersProof: Proof = [session, 'of logins and errors are the adapter’s'];
const mappingsProof: Proof = [
  session,
  'a stored login comes out with its options and mapping, its devices where they appear, and no secret',
];
const decodedProof: Proof = [
  adapter,
  'every class of data and counters decodes from its raw bytes, instance by instance',
];

/** The classes of iscsidef.h have no instances of their own. */
export const classStandings: Readonly<Partial<Record<ClassName, Standing>>> = {
  // iscsiop.h
  MSiSCSI_Operations: implemented(
    'every operation of an adapter; see below',
    [operations, 'makes a data session with a target that nobody has told of, under ids that hold until the logout'],
    ['unit/wmi/provider/wmi-provider', 'has a status for each thing that is not there'],
  ),
  MSiSCSI_PersistentLogins: implemented(
    'the logins that the service keeps for the adapter; secrets do not come out. They are made when the service starts',
    mappingsProof,
  ),
  MSiSCSI_TargetMappings: implemented('where the LUNs of each session with devices appear', mappingsProof),
  MSiSCSI_LUNMappingInformation: implemented('an instance a LUN: its bus, target and LUN number', mappingsProof),
  MSiSCSI_SecurityConfigOperations: implemented(
    'preshared keys and tunnel addresses are kept for whoever does IPsec, which is not this initiator; see below',
    [other, 'keeps a key with its identity for all ports or one, and tells that it is there, never what it is'],
  ),
  MSiSCSI_BootInformation: notApplicable(
    'no instances: a process is there after the boot, and so nothing can be booted through it',
    decodedProof,
  ),
  MSiSCSI_AdapterEvent: implemented('ISCSI_ADAPTER_TARGETS_CHANGED for every change of the targets that are known', [
    events,
    'MSiSCSI_AdapterEvent: targets that come and go, from any source',
  ]),
  // iscsimgt.h
  MSiSCSI_HBAInformation: implemented(
    'a software initiator on the TCP of its host, CHAP by RADIUS and iSNS among what it can do; nothing is cached',
    adapterProof,
  ),
  MSiSCSI_HBASessionConfig: implemented(
    'the keys that logins offer where they say nothing else; what is written holds until the service ends',
    [adapter, 'MSiSCSI_HBASessionConfig: what logins offer from then on'],
  ),
  MSiSCSI_PortalInfoClass: implemented('the local addresses of the adapter', adapterProof),
  MSiSCSI_InitiatorSessionInfo: implemented(
    'every session with its connections, discovery sessions and lost ones too',
    [session, 'lists sessions of each kind with their connections as the target sees them'],
    [session, 'keeps a lost session under its ids, with connections that are in login'],
  ),
  MSiSCSI_InitiatorNodeFailureEvent: implemented(
    'a login that failed, or a logout that was refused or not answered; its types of failure are those that the header has for it',
    [
      events,
      'a wrong CHAP secret, a target that cannot prove itself, a portal that is dead: each once, with its portal',
    ],
    [events, 'a logout that is not answered'],
  ),
  MSiSCSI_InitiatorInstanceFailureEvent: implemented(
    'a digest, timeout or format error that ended a connection; its types of failure are those that the header has for it',
    [events, 'a wrong digest, and a header that breaks the rules, have their codes before the loss'],
    [events, 'a target that does not answer pings, and a command that is stuck'],
  ),
  MSiSCSI_LB_Operations: implemented('the load-balance policy of a session; see below', [
    other,
    'SetLoadBalancePolicy sets each policy, and refuses what its paths do not allow',
  ]),
  MSiSCSI_QueryLBPolicy: implemented('the policy of each session and the part of each path in it', [
    session,
    'shows the policy that was set, with the part of each path',
  ]),
  MSiSCSI_Eventlog: implemented(
    'an entry of the event log; its codes are below',
    [events, 'a line that is cut is lost and comes back; it is no digest, timeout or format error'],
    ['unit/wmi/events/eventlog-codes', 'the 72 codes are each told somewhere, or never with a reason'],
  ),
  MSiSCSI_RedirectPortalInfoClass: implemented(
    'for each connection the portal that was asked and the one that took the login',
    [session, 'MSiSCSI_RedirectPortalInfoClass: the portal that was asked, and the one that took the login'],
  ),
  MSiSCSI_ManagementOperations: answered('PingIPAddress is for adapters with a network of their own; see below', [
    other,
    'PingIPAddress is not for a software initiator: its host has a ping',
  ]),
  // iscsiprf.h
  MSiSCSI_MMIPSECStats: notApplicable('no instances: there is no IKE here, and so nothing to count', decodedProof),
  MSiSCSI_QMIPSECStats: notApplicable('no instances: there is no IKE here, and so nothing to count', decodedProof),
  MSiSCSI_ConnectionStatistics: implemented('bytes and PDUs of a connection, as long as it lasts', countersProof),
  MSiSCSI_SessionStatistics: implemented('bytes, PDUs and errors of a session over all its connections', countersProof),
  MSiSCSI_InitiatorLoginStatistics: implemented(
    'how the logins and logouts of the adapter ended',
    adapterCountersProof,
  ),
  MSiSCSI_InitiatorInstanceStatistics: implemented(
    'errors and failures of the adapter’s sessions',
    adapterCountersProof,
  ),
  MSiSCSI_NICPerformance: implemented('bytes and PDUs of the connections that start at a port', countersProof),
  MSiSCSI_RequestTimeStatistics: implemented(
    'the greatest and the average time that a request of a connection took, in microseconds: the documents name no unit',
    countersProof,
  ),
  // iscsicfg.h
  MSiSCSI_TCPIPConfig: implemented(
    'address, mask, gateway and name servers of a port, as the operating system has them. Read-only: they are the system’s to set',
    adapterProof,
  ),
  MSiSCSI_NICConfig: implemented(
    'speed, state, frame size and hardware address of the interface behind a port',
    adapterProof,
  ),
  MSiSCSI_BootConfiguration: notApplicable(
    'no instances: a process is there after the boot, and so nothing can be booted through it',
    decodedProof,
  ),
  MSiSCSI_SecurityCapabilities: implemented('no IPsec, and no encryption', decodedProof),
  MSiSCSI_DiscoveryConfig: implemented(
    'the node’s name and the first iSNS server, both of them to be set. SLP is not spoken, and iSNS servers are not searched for',
    [
      adapter,
      'MSiSCSI_DiscoveryConfig: the name and the iSNS server through the service; what follows from them cannot',
    ],
  ),
  MSiSCSI_RADIUSConfig: implemented('the first two RADIUS servers; a secret goes in and never comes out', [
    adapter,
    'MSiSCSI_RADIUSConfig: servers and secret through the service; the secret never comes out',
  ]),
  // iscsifnd.h
  MSiSCSI_DiscoveryOperations: implemented('the targets that discovery has found; see below', [
    other,
    'reports the targets that were found with their portals by group, and no static ones',
  ]),
};
