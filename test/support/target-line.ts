// One iSCSI connection as its target sees it, in the hands of a test: every PDU of the initiator is handed over, and
// what goes back is what the test says. It numbers and digests by itself, by its own reading of RFC 7143.

import assert from 'node:assert/strict';
import { nextTurn } from '../../src/base/index.ts';
import {
  type AsyncMessage,
  type DataIn,
  decodePdu,
  encodePdu,
  type InitiatorPdu,
  type LoginRequest,
  type LoginResponse,
  type LogoutResponse,
  type NopIn,
  opcode,
  putSegmentLengths,
  type R2t,
  type Reject,
  reservedTag,
  type ScsiResponse,
  type TargetPdu,
  type TaskManagementResponse,
  type TextResponse,
} from '../../src/wire/index.ts';
import type { CommandNumbers } from './command-numbers.ts';
import { slowCrc32c } from './slow-crc32c.ts';

/** A PDU of the initiator: its header as an object and as bytes, and what came with it. */
export interface Heard<P extends InitiatorPdu = InitiatorPdu> {
  readonly pdu: P;
  readonly bhs: Uint8Array;
  readonly ahs: Uint8Array;
  readonly data: Uint8Array;
  /** It was lost at the target's door, or its command number had arrived before: a target acts on neither. */
  readonly isIgnored: boolean;
}

/** What the line can do with its bytes. */
export interface LineWire {
  send(bytes: Uint8Array): void;
  end(): void;
  reset(): void;
  pause(): void;
  resume(): void;
}

/** How many turns of the event loop a PDU may take: far more than any needs. */
const patience = 400;
/** How many turns without a PDU are taken for silence. */
const silentTurns = 12;

const none = new Uint8Array(0);
const lunZero = { high: 0, low: 0 };

/** Lets what is under way arrive and be acted on. */
export async function turns(count: number = silentTurns): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

/** The target's end of one connection. */
export class TargetLine {
  readonly numbers: CommandNumbers;
  /** StatSN of the next PDU that uses one up. */
  statSn = 0x1000;
  hasHeaderDigest = false;
  hasDataDigest = false;
  /** Falsifies the digest of the next PDU. */
  damage: 'header' | 'data' | undefined;
  /** How many more bytes leave this end; then `afterCut` happens. */
  budget: number = Number.POSITIVE_INFINITY;
  afterCut: 'end' | 'reset' | 'silence' = 'end';
  /** Bytes that were to be sent, in all. */
  sentBytes = 0;
  /** The Login Requests of this connection. */
  readonly logins: Heard<LoginRequest>[] = [];
  readonly #wire: LineWire;
  #bytes: Uint8Array = none;
  #held: Uint8Array[] | undefined;
  #isTakingOne = false;
  readonly #heard: Heard[] = [];
  #end: 'ended' | 'reset' | undefined;

  constructor(wire: LineWire, numbers: CommandNumbers) {
    this.#wire = wire;
    this.numbers = numbers;
  }

  /** The CID of the login. */
  get cid(): number {
    return this.logins[0]!.pdu.cid;
  }

  /** How the initiator ended this connection; undefined while it has not. */
  get end(): 'ended' | 'reset' | undefined {
    return this.#end;
  }

  /** The next PDU of the initiator. Throws when none comes. */
  async next(): Promise<Heard> {
    for (let turn = 0; turn < patience; turn += 1) {
      const heard = this.#heard.shift();
      if (heard !== undefined) return heard;
      if (this.#end !== undefined) break;
      await nextTurn();
    }
    assert.fail(this.#end === undefined ? 'no PDU came' : `the connection was ${this.#end} instead of a PDU`);
  }

  /** The next PDU, which must have this opcode. */
  async expect<O extends InitiatorPdu['opcode']>(code: O): Promise<Heard<Extract<InitiatorPdu, { opcode: O }>>> {
    const heard = await this.next();
    assert.equal(heard.pdu.opcode, code, `opcode ${heard.pdu.opcode} came for ${code}`);
    return heard as Heard<Extract<InitiatorPdu, { opcode: O }>>;
  }

  /** Asserts that the initiator sends nothing more. */
  async silence(): Promise<void> {
    await turns();
    assert.deepEqual(
      this.#heard.map(({ pdu }) => pdu),
      [],
      'a PDU came where none was due',
    );
  }

  /** What came and was not looked at. */
  drainHeard(): Heard[] {
    return this.#heard.splice(0);
  }

  /** Waits for the initiator's end of the connection. */
  async ended(): Promise<'ended' | 'reset'> {
    for (let turn = 0; turn < patience && this.#end === undefined; turn += 1) await nextTurn();
    assert.ok(this.#end !== undefined, 'the initiator did not end the connection');
    return this.#end;
  }

  /** FIN. */
  close(): void {
    this.#wire.end();
  }

  reset(): void {
    this.#wire.reset();
  }

  response(tag: number, fields: Partial<ScsiResponse> = {}, data: Uint8Array = none): void {
    this.#numbered(
      {
        opcode: opcode.scsiResponse,
        isBidiOverflow: false,
        isBidiUnderflow: false,
        isOverflow: false,
        isUnderflow: false,
        response: 0,
        status: 0,
        initiatorTaskTag: tag,
        snackTag: 0,
        expDataSn: 0,
        bidiReadResidualCount: 0,
        residualCount: 0,
        ...fields,
      },
      data,
    );
  }

  dataIn(tag: number, fields: Partial<DataIn>, data: Uint8Array = none): void {
    this.#numbered(
      {
        opcode: opcode.dataIn,
        isFinal: fields.hasStatus ?? false,
        isAcknowledge: false,
        isOverflow: false,
        isUnderflow: false,
        hasStatus: false,
        status: 0,
        lun: lunZero,
        initiatorTaskTag: tag,
        targetTransferTag: reservedTag,
        dataSn: 0,
        bufferOffset: 0,
        residualCount: 0,
        ...fields,
      },
      data,
      fields.hasStatus === true,
    );
  }

  r2t(tag: number, fields: Partial<R2t>, data: Uint8Array = none): void {
    const pdu = {
      opcode: opcode.r2t,
      lun: lunZero,
      initiatorTaskTag: tag,
      targetTransferTag: 1,
      r2tSn: 0,
      bufferOffset: 0,
      desiredDataTransferLength: 0,
      ...fields,
    };
    this.#numbered(pdu, data, false);
  }

  nopIn(fields: Partial<NopIn> = {}, data: Uint8Array = none): void {
    const initiatorTaskTag = fields.initiatorTaskTag ?? reservedTag;
    const pdu = { opcode: opcode.nopIn, lun: lunZero, targetTransferTag: reservedTag, ...fields, initiatorTaskTag };
    this.#numbered(pdu, data, initiatorTaskTag !== reservedTag);
  }

  asyncMessage(asyncEvent: number, fields: Partial<AsyncMessage> = {}, data: Uint8Array = none): void {
    const rest = { asyncVCode: 0, parameter1: 0, parameter2: 0, parameter3: 0, ...fields };
    this.#numbered({ opcode: opcode.asyncMessage, lun: lunZero, asyncEvent, ...rest }, data);
  }

  /** Rejects a PDU by its header; without one, the data segment stays empty. */
  reject(reason: number, header: Uint8Array = none, fields: Partial<Reject> = {}): void {
    this.#numbered({ opcode: opcode.reject, reason, dataSn: 0, ...fields }, header);
  }

  textResponse(tag: number, fields: Partial<TextResponse> = {}, text: string | Uint8Array = ''): void {
    const data = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const pdu = { opcode: opcode.textResponse, isFinal: true, isContinue: false, lun: lunZero, ...fields };
    this.#numbered({ targetTransferTag: reservedTag, ...pdu, initiatorTaskTag: tag }, data);
  }

  logoutResponse(tag: number, fields: Partial<LogoutResponse> = {}): void {
    const pdu = { opcode: opcode.logoutResponse, response: 0, time2Wait: 0, time2Retain: 0, ...fields };
    this.#numbered({ ...pdu, initiatorTaskTag: tag });
  }

  taskManagementResponse(tag: number, fields: Partial<TaskManagementResponse> = {}): void {
    this.#numbered({ opcode: opcode.taskManagementResponse, response: 0, ...fields, initiatorTaskTag: tag });
  }

  loginResponse(fields: Partial<LoginResponse>, text: readonly string[] = []): void {
    const request = this.logins.at(-1)!.pdu;
    const data = new TextEncoder().encode(text.map((line) => `${line}\0`).join(''));
    this.#numbered(
      {
        opcode: opcode.loginResponse,
        isTransit: false,
        isContinue: false,
        currentStage: request.currentStage,
        nextStage: 0,
        versionMax: 0,
        versionActive: 0,
        isid: request.isid,
        tsih: request.tsih,
        initiatorTaskTag: request.initiatorTaskTag,
        statusClass: 0,
        statusDetail: 0,
        ...fields,
      },
      data,
    );
  }

  /** A header as bytes, with lengths, digests and data as they are due. */
  bytesOf(pdu: TargetPdu, data: Uint8Array = none): Uint8Array {
    const bhs = Buffer.alloc(48);
    encodePdu(pdu, bhs);
    putSegmentLengths(bhs, 0, data.length);
    const pieces: Uint8Array[] = [bhs];
    if (this.hasHeaderDigest) pieces.push(this.#digest(bhs, 'header'));
    if (data.length > 0) {
      const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
      pieces.push(padded);
      if (this.hasDataDigest) pieces.push(this.#digest(padded, 'data'));
    }
    return Buffer.concat(pieces);
  }

  /** Sends what `work` sends as one chunk. */
  together(work: () => void): void {
    const held: Uint8Array[] = [];
    this.#held = held;
    work();
    this.#held = undefined;
    this.sendBytes(Buffer.concat(held));
  }

  /** Sends bytes as they are, as far as the budget goes. */
  sendBytes(bytes: Uint8Array): void {
    if (this.#held !== undefined) {
      this.#held.push(bytes);
      return;
    }
    this.sentBytes += bytes.length;
    if (this.budget < 0) return;
    const length = Math.min(bytes.length, this.budget);
    this.budget -= length;
    if (length > 0) this.#wire.send(bytes.slice(0, length));
    if (this.budget > 0) return;
    this.budget = -1;
    if (this.afterCut === 'end') this.#wire.end();
    if (this.afterCut === 'reset') this.#wire.reset();
  }

  /** Takes nothing more from the wire, so that what the initiator sends backs up. */
  pause(): void {
    this.#wire.pause();
  }

  /** Takes from the wire again, what has backed up first. */
  resume(): void {
    this.#wire.resume();
  }

  /** Takes one chunk, and then nothing more. */
  takeOneChunk(): void {
    this.#isTakingOne = true;
    this.#wire.resume();
  }

  /** For the wire: bytes of the initiator. */
  onReceived(chunk: Uint8Array): void {
    if (this.#isTakingOne) this.#wire.pause();
    this.#isTakingOne = false;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let heard = this.#takePdu(); heard !== undefined; heard = this.#takePdu()) {
      this.#heard.push(heard);
    }
  }

  /** For the wire: the initiator sends no more. */
  onEnd(how: 'ended' | 'reset'): void {
    this.#end ??= how;
  }

  #numbered(
    pdu: Omit<TargetPdu, 'statSn' | 'expCmdSn' | 'maxCmdSn'> & Partial<TargetPdu>,
    data: Uint8Array = none,
    usesStatSn = true,
  ): void {
    const { expCmdSn, maxCmdSn } = this.numbers;
    const statSn = pdu.statSn ?? this.statSn;
    if (usesStatSn && pdu.statSn === undefined) this.statSn = (this.statSn + 1) >>> 0;
    this.sendBytes(this.bytesOf({ expCmdSn, maxCmdSn, ...pdu, statSn } as TargetPdu, data));
  }

  #digest(bytes: Uint8Array, part: 'header' | 'data'): Uint8Array {
    const digest = Buffer.alloc(4);
    digest.writeUInt32LE(slowCrc32c(bytes));
    if (this.damage === part) {
      this.damage = undefined;
      digest[0] = digest[0]! ^ 1;
    }
    return digest;
  }

  #takePdu(): Heard | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 48) return undefined;
    const ahsEnd = 48 + bytes[4]! * 4;
    const length = (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!;
    const dataStart = ahsEnd + (this.hasHeaderDigest ? 4 : 0);
    const dataEnd = dataStart + length;
    const paddedEnd = dataEnd + ((4 - (length % 4)) % 4);
    const end = paddedEnd + (this.hasDataDigest && length > 0 ? 4 : 0);
    if (bytes.length < end) return undefined;
    if (this.hasHeaderDigest) checkDigest(bytes.subarray(0, ahsEnd), bytes.subarray(ahsEnd), 'header');
    if (end > paddedEnd) checkDigest(bytes.subarray(dataStart, paddedEnd), bytes.subarray(paddedEnd), 'data');
    this.#bytes = bytes.slice(end);
    const bhs = bytes.slice(0, 48);
    const pdu = decodePdu(bhs) as InitiatorPdu;
    const isIgnored = isNumbered(pdu) && !this.numbers.arrived(pdu.cmdSn);
    return { pdu, bhs, ahs: bytes.slice(48, ahsEnd), data: bytes.slice(dataStart, dataEnd), isIgnored };
  }
}

/** Whether a PDU uses up a command number. */
function isNumbered(pdu: InitiatorPdu): pdu is Extract<InitiatorPdu, { cmdSn: number }> {
  return 'cmdSn' in pdu && pdu.opcode !== opcode.loginRequest && !('isImmediate' in pdu && pdu.isImmediate);
}

function checkDigest(bytes: Uint8Array, digest: Uint8Array, part: string): void {
  assert.equal(Buffer.from(digest).readUInt32LE(0), slowCrc32c(bytes), `the ${part} digest of the initiator is wrong`);
}
