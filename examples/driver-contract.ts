// The initiator's management contract of Windows (MSiSCSI_Operations of iscsiop.h), by values and by bytes: a login to the
// target at an address that is given, what there is of it, and the logout. Usage: node dist/examples/driver-contract.js STATE HOST PORT TARGET
import { openService } from 'hawser/service';
import { decodeStructure, encodeStructure, ipAddressOf, openWmi } from 'hawser/wmi';

const [, , stateDirectory = 'hawser-state', host = '127.0.0.1', port = '3260', TargetName = ''] = process.argv;
await using service = await openService({ stateDirectory });
const wmi = openWmi({ service, adapters: service.adapters });
const [adapter = ''] = await wmi.instanceNames('MSiSCSI_Operations');

// By values: structures are objects, and what a method says of its work is an ISDSC code in Status.
const login = await wmi.call('MSiSCSI_Operations', 'LoginToTarget', adapter, {
  PortNumber: 0xffffffff, // any
  LoginOptions: {
    InformationSpecified: 0,
    HeaderDigest: 0,
    DataDigest: 0,
    MaximumConnections: 0,
    DefaultTime2Wait: 0,
    DefaultTime2Retain: 0,
    LoginFlags: 0,
    AuthType: 0,
  },
  SessionType: 2, // ISCSI_LOGINTARGET_DATA
  SecurityFlags: 0n,
  TargetPortal: { Address: ipAddressOf(host), Socket: Number(port) },
  UniqueIdForISID: 0,
  PersistentLogin: false,
  InitiatorNode: '',
  InitiatorAlias: '',
  TargetName,
  Mappings: {
    OSBus: 0xffffffff, // for the driver to choose
    OSTarget: 0xffffffff,
    UniqueSessionId: 0n,
    TargetName,
    FromPersistentLogin: false,
    LUNList: [],
  },
  Key: new Uint8Array(),
  Username: new Uint8Array(),
  Password: new Uint8Array(),
});
console.log(`LoginToTarget: status ${login.Status}`);
for (const { value } of await wmi.query('MSiSCSI_InitiatorSessionInfo')) {
  for (const { TargetiSCSIName, ConnectionsList } of value.SessionsList) {
    console.log(`${TargetiSCSIName}: ${ConnectionsList.length} connection(s)`);
  }
}

// By bytes, as a driver is asked: LogoutFromTarget has the method id 31.
const input = encodeStructure('LogoutFromTarget_IN', { UniqueSessionId: login.UniqueSessionId });
const { status, output } = await wmi.execute('{EA4D82BF-29DA-4E12-800A-E5437964462C}', adapter, 31, input);
console.log(`LogoutFromTarget: NTSTATUS ${status}, status ${decodeStructure('LogoutFromTarget_OUT', output).Status}`);
wmi.close();
