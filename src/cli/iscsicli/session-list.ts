// What SessionList prints.

import type {
  ISCSI_CONNECTION_INFO,
  ISCSI_DEVICE_ON_SESSION,
  ISCSI_SESSION_INFO,
  ISCSI_SESSION_INFO_EX,
  IscsiDsc,
} from '../../iscsidsc/index.ts';
import { type Outcome, outcome } from './command.ts';
import { factLines, formatBytes, formatId, indented, listLines } from './layout.ts';

/** Lists the sessions; `showsAll` adds what was agreed for each, and its devices. */
export async function listSessions(dsc: IscsiDsc, showsAll: boolean): Promise<Outcome> {
  const listed = await dsc.GetIScsiSessionList();
  if (listed.Status !== 0) return outcome(listed);
  const details = new Map<string, readonly string[]>();
  if (showsAll) {
    const agreed = await dsc.GetIScsiSessionListEx();
    if (agreed.Status !== 0) return outcome(agreed);
    for (const session of agreed.SessionInfo) {
      details.set(formatId(session.SessionId), [...describeAgreed(session), ...(await describeDevices(dsc, session))]);
    }
  }
  const show = (session: ISCSI_SESSION_INFO): string[] => [
    ...describeSession(session),
    ...(details.get(formatId(session.SessionId)) ?? []),
  ];
  return { answer: listed, lines: listLines('session', listed.SessionInfo, show) };
}

function describeSession(session: ISCSI_SESSION_INFO): string[] {
  return [
    ...factLines([
      ['Session Id', formatId(session.SessionId)],
      ['Initiator Node Name', session.InitiatorName],
      ['Target Node Name', session.TargetNodeName],
      ['Target Name', session.TargetName],
      ['ISID', formatBytes(session.ISID)],
      ['TSID', formatBytes(session.TSID)],
      ['Number Connections', session.ConnectionCount],
    ]),
    '',
    'Connections:',
    ...session.Connections.flatMap((connection) => ['', ...indented(describeConnection(connection))]),
  ];
}

function describeConnection(connection: ISCSI_CONNECTION_INFO): string[] {
  return factLines([
    ['Connection Id', formatId(connection.ConnectionId)],
    ['Initiator Portal', `${connection.InitiatorAddress}/${connection.InitiatorSocket}`],
    ['Target Portal', `${connection.TargetAddress}/${connection.TargetSocket}`],
    ['CID', formatBytes(connection.CID)],
  ]);
}

function describeAgreed(session: ISCSI_SESSION_INFO_EX): string[] {
  const yesNo = (value: boolean): string => (value ? 'Yes' : 'No');
  return [
    '',
    ...factLines([
      ['Type', session.Type === 1 ? 'Informational' : 'Data'],
      ['Initial R2T', yesNo(session.InitialR2t)],
      ['Immediate Data', yesNo(session.ImmediateData)],
      ['Data Sequence In Order', yesNo(session.DataSequenceInOrder)],
      ['Data PDU In Order', yesNo(session.DataPduInOrder)],
      ['Error Recovery Level', session.ErrorRecoveryLevel],
      ['Max Outstanding R2T', session.MaxOutstandingR2t],
      ['First Burst Length', session.FirstBurstLength],
      ['Max Burst Length', session.MaxBurstLength],
      ['Maximum Connections', session.MaximumConnections],
    ]),
  ];
}

/** The devices of a session; none for one that has gone in the meantime, or that is informational. */
async function describeDevices(dsc: IscsiDsc, { SessionId }: ISCSI_SESSION_INFO_EX): Promise<string[]> {
  const found = await dsc.GetDevicesForIScsiSession(SessionId);
  if (found.Status !== 0 || found.Devices.length === 0) return [];
  return ['', 'Devices:', ...found.Devices.flatMap((device) => ['', ...indented(describeDevice(device))])];
}

function describeDevice(device: ISCSI_DEVICE_ON_SESSION): string[] {
  const { PathId, TargetId, Lun, PortNumber } = device.ScsiAddress;
  return factLines([
    ['Device Interface Name', device.DeviceInterfaceName],
    ['Device Interface Type', device.DeviceInterfaceType],
    ['Storage Device Type', device.StorageDeviceNumber.DeviceType],
    ['Reported Mappings', `Port ${PortNumber}, Bus ${PathId}, Target Id ${TargetId}, LUN ${Lun}`],
    ['Initiator Name', device.InitiatorName],
    ['Target Name', device.TargetName],
  ]);
}
