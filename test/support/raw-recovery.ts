// Sessions of the embedded target that recover, by hand: logins with an error recovery level, logouts and reassignments.

import assert from 'node:assert/strict';
import { type Deferred, deferred, lunZero } from '../../src/base/index.ts';
import type { TargetOptions, TargetRecoveryInfo } from '../../src/target/index.ts';
import {
  asyncEvent,
  taskManagementFunction as functionCode,
  type LogoutRequest,
  type LogoutResponse,
  opcode,
  reservedTag,
  taskManagementResponseCode as responseCode,
  type SnackRequest,
} from '../../src/wire/index.ts';
import type { RawInitiator } from './raw-initiator.ts';
import { cdb, openRawTarget, type RawTarget } from './raw-target.ts';

/** Opens a target that agrees to an error recovery level, with 1 s to wait and 10 s to retain. */
export async function openRecovering(
  errorRecoveryLevel: number,
  options: Partial<TargetOptions> = {},
): Promise<RawTarget> {
  const times = { defaultTime2Wait: 1, defaultTime2Retain: 10 };
  return await openRawTarget({ ...options, parameters: { errorRecoveryLevel, ...times, ...options.parameters } });
}

/** The keys of a leading login for a level and many connections; values of the test's own win. */
export function recoveringKeys(level: number, keys: Readonly<Record<string, string>> = {}): Record<string, string> {
  const times = { DefaultTime2Wait: '0', DefaultTime2Retain: '60' };
  return { ErrorRecoveryLevel: String(level), MaxConnections: '16', InitialR2T: 'Yes', ...times, ...keys };
}

/** Logs the leading connection in, CID 0, and sees its unit attention. */
export async function connectLeading(
  opened: RawTarget,
  level: number,
  keys: Readonly<Record<string, string>> = {},
): Promise<RawInitiator> {
  const leading = await opened.connect({ keys: recoveringKeys(level, keys) });
  leading.command(cdb.testUnitReady);
  await leading.next(opcode.scsiResponse);
  return leading;
}

/** Adds a connection to the session of another one, which hands the numbering over. */
export async function connectMore(
  opened: RawTarget,
  first: RawInitiator,
  cid: number,
  keys: Readonly<Record<string, string>> = {},
): Promise<RawInitiator> {
  return await opened.connect({ tsih: first.tsih, cid, cmdSn: first.cmdSn, keys });
}

/** A session of two connections, CIDs 0 and 1. */
export interface RawPair extends RawTarget {
  readonly first: RawInitiator;
  readonly second: RawInitiator;
}

/** Opens a target with a session of two connections, at level 2 unless the keys say otherwise. */
export async function openPair(
  options: Partial<TargetOptions> = {},
  keys: Readonly<Record<string, string>> = {},
): Promise<RawPair> {
  const opened = await openRecovering(2, options);
  const first = await connectLeading(opened, 2, keys);
  const { MaxRecvDataSegmentLength: length } = keys;
  const second = await connectMore(opened, first, 1, length === undefined ? {} : { MaxRecvDataSegmentLength: length });
  return { ...opened, first, second };
}

/** Cuts a connection, and waits until the target says so on one that is left (§7.1.4.3). */
export async function cut(on: RawInitiator, survivor: RawInitiator, cid = 0): Promise<void> {
  on.destroy();
  const { pdu } = await survivor.next(opcode.asyncMessage);
  const { asyncEvent: event, parameter1, parameter2, parameter3 } = pdu;
  assert.deepEqual([event, parameter1, parameter2, parameter3], [asyncEvent.connectionDropNotification, cid, 1, 10]);
}

/** Hooks that hold every READ until the test lets it go, or it is aborted. */
export function holdReads(hold: Deferred<void>): Partial<TargetOptions> {
  return {
    hooks: {
      onCommand: async ({ cdb: bytes, signal }) => {
        if (bytes[0] !== 0x28) return undefined;
        const aborted = deferred();
        signal.addEventListener('abort', () => {
          aborted.resolve();
        });
        await Promise.race([hold.promise, aborted.promise]);
        return undefined;
      },
    },
  };
}

/** What the target tells of the recovery of its only session. */
export function recoveryOf({ target }: RawTarget): TargetRecoveryInfo {
  const session = target.sessions()[0];
  assert.ok(session !== undefined);
  return session.recovery;
}

/** Waits until the target has taken in what was sent on a connection before. */
export async function settled(on: RawInitiator): Promise<void> {
  assert.equal(await on.manage({ function: 99 }), responseCode.functionNotSupported);
}

/** Sends a Logout Request, immediate unless the test says otherwise. */
export function sendLogout(
  on: RawInitiator,
  fields: Partial<LogoutRequest> & Pick<LogoutRequest, 'reason' | 'cid'>,
): LogoutRequest {
  const { cmdSn, expStatSn } = on;
  const request = { isImmediate: true, initiatorTaskTag: on.tag(), cmdSn, expStatSn, ...fields };
  const pdu: LogoutRequest = { opcode: opcode.logoutRequest, ...request };
  on.send(pdu);
  return pdu;
}

/** Logs out and returns the answer. Other PDUs before it are passed over. */
export async function logOut(
  on: RawInitiator,
  fields: Partial<LogoutRequest> & Pick<LogoutRequest, 'reason' | 'cid'>,
): Promise<LogoutResponse> {
  const { initiatorTaskTag } = sendLogout(on, fields);
  const pdu = await until(on, opcode.logoutResponse);
  assert.equal(pdu.initiatorTaskTag, initiatorTaskTag);
  return pdu;
}

/** The next PDU of an opcode; asynchronous messages and NOP-Ins before it are passed over. */
export async function until<O extends typeof opcode.logoutResponse | typeof opcode.taskManagementResponse>(
  on: RawInitiator,
  wanted: O,
): Promise<Awaited<ReturnType<typeof on.next<O>>>['pdu']> {
  for (;;) {
    const { pdu } = await on.nextOfAny();
    if (pdu.opcode === wanted) return pdu as Awaited<ReturnType<typeof on.next<O>>>['pdu'];
    const isAside = pdu.opcode === opcode.asyncMessage || pdu.opcode === opcode.nopIn;
    if (!isAside) throw new Error(`PDU ${JSON.stringify(pdu)} came, not ${wanted}`);
  }
}

/** Sends a SNACK: for the task of a tag, or with the reserved tags. */
export function sendSnack(on: RawInitiator, fields: Pick<SnackRequest, 'type'> & Partial<SnackRequest>): void {
  const tags = { initiatorTaskTag: reservedTag, targetTransferTag: reservedTag };
  const blank = { lun: lunZero, ...tags, expStatSn: on.expStatSn, begRun: 0, runLength: 0 };
  on.send({ opcode: opcode.snackRequest, ...blank, ...fields });
}

/** The reason of the Reject that comes next, and the DataSN or R2TSN that it tells. */
export async function rejected(on: RawInitiator): Promise<[reason: number, dataSn: number]> {
  const { reason, dataSn } = (await on.next(opcode.reject)).pdu;
  return [reason, dataSn];
}

/** TASK REASSIGN of a task to a connection. Returns the response. */
export async function reassign(on: RawInitiator, referencedTaskTag: number, expDataSn = 0): Promise<number> {
  on.sendManagement({ function: functionCode.taskReassign, referencedTaskTag, expDataSn });
  return (await until(on, opcode.taskManagementResponse)).response;
}

/** Reassigns a task, which has to be taken. */
export async function takeOver(on: RawInitiator, referencedTaskTag: number, expDataSn = 0): Promise<void> {
  assert.equal(await reassign(on, referencedTaskTag, expDataSn), responseCode.functionComplete);
}
