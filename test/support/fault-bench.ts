// What tests of the target's faults have in common: initiators that are ready for commands, and looks at silence.

import { nextTurn } from '../../src/base/index.ts';
import { opcode } from '../../src/wire/index.ts';
import type { RawInitiator, RawLogin } from './raw-initiator.ts';
import { cdb, type RawTarget } from './raw-target.ts';

/** Logs in, with the unit attention of power on taken. */
export async function openReady(opened: RawTarget, login: RawLogin = {}): Promise<RawInitiator> {
  const initiator = await opened.connect(login);
  initiator.command(cdb.testUnitReady);
  await initiator.next(opcode.scsiResponse);
  return initiator;
}

/** Logs in with two connections, CIDs 0 and 1; the test numbers the commands. */
export async function openTwo(opened: RawTarget, keys: RawLogin['keys'] = {}): Promise<[RawInitiator, RawInitiator]> {
  const first = await openReady(opened, { keys: { MaxConnections: '4', ...keys } });
  const second = await opened.connect({ tsih: first.tsih, cid: 1, cmdSn: first.cmdSn, keys });
  return [first, second];
}

/** The status of the next SCSI Response. */
export async function nextStatus(initiator: RawInitiator): Promise<number> {
  return (await initiator.next(opcode.scsiResponse)).pdu.status;
}

/** Sense key, ASC and ASCQ of the next SCSI Response. */
export async function nextSense(initiator: RawInitiator): Promise<(number | undefined)[]> {
  const { data } = await initiator.next(opcode.scsiResponse);
  return [data[4], data[14], data[15]];
}

/** Lets what is under way arrive and be acted on, and tells whether nothing came. */
export async function isSilent(initiator: RawInitiator): Promise<boolean> {
  for (let turn = 0; turn < 60; turn += 1) await nextTurn();
  return initiator.unread.length === 0;
}
