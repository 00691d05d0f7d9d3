// An initiator that sends exactly the PDUs that a test makes and hands over each one that comes: no window, no tasks, no
// opinion. Only login and numbering are at hand, so that tests read as what they are about.

import { connect, type Socket } from 'node:net';
import { type Deferred, deferred, lunZero } from '../../src/base/index.ts';
import {
  bhsLength,
  crc32c,
  type DataOut,
  decodePdu,
  encodePdu,
  encodeTextKeys,
  Framer,
  type InitiatorPdu,
  type LoginRequest,
  type LoginResponse,
  opcode,
  type Pdu,
  paddedLength,
  parseTextKeys,
  putDigest,
  putSegmentLengths,
  reservedTag,
  type ScsiCommand,
  type TargetPdu,
  type TaskManagementRequest,
} from '../../src/wire/index.ts';

/** A PDU with its data. */
export interface Received<P extends Pdu = TargetPdu> {
  readonly pdu: P;
  readonly data: Uint8Array;
}

/** What a login is made with. */
export interface RawLogin {
  readonly targetName?: string;
  readonly initiatorName?: string;
  readonly isid?: number;
  readonly tsih?: number;
  readonly cid?: number;
  readonly cmdSn?: number;
  /** Operational keys to offer. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** Tricks for one PDU on the wire. */
export interface SendOptions {
  readonly breakHeaderDigest?: boolean;
  readonly breakDataDigest?: boolean;
}

const longestSegment = 0x00ff_ffff;

/** One TCP connection of a raw initiator. */
export class RawInitiator implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #received: Received[] = [];
  readonly #waiting: ((received: Received | undefined) => void)[] = [];
  readonly #framer: Framer;
  #damaged: Deferred<'header' | 'data'> | undefined;
  #pending: { pdu: Pdu; data: Uint8Array } | undefined;
  #isClosed = false;
  #hasDigests = { header: false, data: false };
  #nextTag = 1;
  /** The next CmdSN; tests with more than one connection set it themselves. */
  cmdSn = 100;
  /** What is acknowledged with each PDU: it follows what comes, unless a test holds it. */
  expStatSn = 0;
  isAcknowledging = true;
  tsih = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const framing = { maxRecvDataSegmentLength: longestSegment, headerDigest: false, dataDigest: false };
    this.#framer = new Framer(
      {
        onHeader: (bhs, _ahs, length) => {
          this.#pending = { pdu: decodePdu(bhs), data: Buffer.alloc(length) };
          return this.#pending.data;
        },
        onPdu: () => {
          this.#deliver();
        },
        onDataDigestError: () => {
          this.#tellDamage('data');
        },
        onHeaderDigestError: () => {
          this.#tellDamage('header');
        },
      },
      framing,
    );
    socket.on('data', (chunk) => {
      this.#framer.push(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isClosed = true;
      for (const resolve of this.#waiting.splice(0)) resolve(undefined);
    });
  }

  static async connect(port: number): Promise<RawInitiator> {
    return await new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => {
        resolve(new RawInitiator(socket));
      });
      socket.once('error', reject);
    });
  }

  /** Connects and logs in with one Login Request. Throws unless the target agrees. */
  static async loggedIn(port: number, login: RawLogin = {}): Promise<RawInitiator> {
    const initiator = await RawInitiator.connect(port);
    const { pdu } = await initiator.login(login);
    if (pdu.statusClass !== 0) throw new Error(`the login was refused: ${pdu.statusClass}/${pdu.statusDetail}`);
    return initiator;
  }

  /** Sends one Login Request that goes straight to full feature phase, and returns the answer with its keys. */
  async login(login: RawLogin = {}): Promise<{ pdu: LoginResponse; keys: Record<string, string> }> {
    const keys: Record<string, string> = {
      InitiatorName: login.initiatorName ?? 'iqn.2026-01.test:initiator',
      ...(login.targetName === '' ? {} : { TargetName: login.targetName ?? 'iqn.2026-01.test:target' }),
      ...login.keys,
    };
    this.cmdSn = login.cmdSn ?? this.cmdSn;
    // Task tags are unique in a session, so each connection has a range of its own.
    this.#nextTag = (login.cid ?? 0) * 1000 + 1;
    this.send(loginRequest({ ...login, cmdSn: this.cmdSn, initiatorTaskTag: this.tag() }), textOf(keys));
    const answer = await this.next(opcode.loginResponse);
    const agreed = Object.fromEntries(parseTextKeys(answer.data));
    this.tsih = answer.pdu.tsih;
    this.#hasDigests = { header: agreed['HeaderDigest'] === 'CRC32C', data: agreed['DataDigest'] === 'CRC32C' };
    this.#framer.reconfigure({
      maxRecvDataSegmentLength: longestSegment,
      headerDigest: this.#hasDigests.header,
      dataDigest: this.#hasDigests.data,
    });
    return { pdu: answer.pdu, keys: agreed };
  }

  tag(): number {
    return this.#nextTag++;
  }

  /** Sends a PDU as it is. */
  send(pdu: InitiatorPdu, data: Uint8Array = new Uint8Array(0), options: SendOptions = {}): void {
    const bhs = new Uint8Array(bhsLength);
    encodePdu(pdu, bhs);
    this.sendHeader(bhs, data, options);
  }

  /** Sends a header of the test's own making; its segment lengths are filled in. */
  sendHeader(bhs: Uint8Array, data: Uint8Array = new Uint8Array(0), options: SendOptions = {}): void {
    putSegmentLengths(bhs, 0, data.length);
    const pieces: Uint8Array[] = [bhs];
    if (this.#hasDigests.header) pieces.push(digestOf(bhs, options.breakHeaderDigest));
    const padded = Buffer.alloc(paddedLength(data.length));
    padded.set(data);
    if (data.length > 0) pieces.push(padded);
    if (data.length > 0 && this.#hasDigests.data) pieces.push(digestOf(padded, options.breakDataDigest));
    this.sendBytes(Buffer.concat(pieces));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends a SCSI Command with the next CmdSN (used up unless it is immediate), and returns it. */
  command(
    cdb: readonly number[],
    fields: Partial<ScsiCommand> = {},
    data?: Uint8Array,
    options?: SendOptions,
  ): ScsiCommand {
    const pdu: ScsiCommand = {
      opcode: opcode.scsiCommand,
      isImmediate: false,
      isFinal: true,
      isRead: false,
      isWrite: false,
      taskAttribute: 1,
      lun: lunZero,
      initiatorTaskTag: this.tag(),
      expectedDataTransferLength: 0,
      cmdSn: this.cmdSn,
      expStatSn: this.expStatSn,
      cdb: Uint8Array.from([...cdb, ...Array<number>(16).fill(0)].slice(0, 16)),
      ...fields,
    };
    if (!pdu.isImmediate && fields.cmdSn === undefined) this.cmdSn = (this.cmdSn + 1) >>> 0;
    this.send(pdu, data, options);
    return pdu;
  }

  dataOut(fields: Pick<DataOut, 'initiatorTaskTag'> & Partial<DataOut>, data: Uint8Array, options?: SendOptions): void {
    const blank = { isFinal: true, lun: lunZero, targetTransferTag: reservedTag, dataSn: 0, bufferOffset: 0 };
    this.send({ opcode: opcode.dataOut, ...blank, expStatSn: this.expStatSn, ...fields }, data, options);
  }

  /** Sends an immediate task management request and returns its answer; NOP-Ins before it are passed over. */
  async manage(fields: Pick<TaskManagementRequest, 'function'> & Partial<TaskManagementRequest>): Promise<number> {
    const initiatorTaskTag = this.sendManagement(fields);
    for (;;) {
      const received = await this.#take();
      if (received === undefined) throw new Error('the connection was closed before the function was answered');
      const { pdu } = received;
      if (pdu.opcode === opcode.nopIn) continue;
      if (pdu.opcode !== opcode.taskManagementResponse) throw new Error(`PDU ${JSON.stringify(pdu)} came`);
      if (pdu.initiatorTaskTag === initiatorTaskTag) return pdu.response;
    }
  }

  sendManagement(fields: Pick<TaskManagementRequest, 'function'> & Partial<TaskManagementRequest>): number {
    const initiatorTaskTag = this.tag();
    this.send({
      opcode: opcode.taskManagementRequest,
      isImmediate: true,
      lun: lunZero,
      initiatorTaskTag,
      referencedTaskTag: reservedTag,
      cmdSn: this.cmdSn,
      expStatSn: this.expStatSn,
      refCmdSn: 0,
      expDataSn: 0,
      ...fields,
    });
    return initiatorTaskTag;
  }

  /** The next PDU, which must be of this opcode. Throws when the connection is closed first. */
  async next<O extends TargetPdu['opcode']>(wanted: O): Promise<Received<Extract<TargetPdu, { opcode: O }>>> {
    const received = await this.#take();
    if (received === undefined) throw new Error(`the connection was closed before a PDU ${wanted} came`);
    if (received.pdu.opcode !== wanted) throw new Error(`PDU ${JSON.stringify(received.pdu)} came, not ${wanted}`);
    return received as Received<Extract<TargetPdu, { opcode: O }>>;
  }

  /** The next PDU, whatever it is. Throws when the connection is closed first. */
  async nextOfAny(): Promise<Received> {
    const received = await this.#take();
    if (received === undefined) throw new Error('the connection was closed before a PDU came');
    return received;
  }

  /** Resolves when the target has closed the connection, with what came before that. */
  async closed(): Promise<Received[]> {
    const rest: Received[] = [];
    for (let received = await this.#take(); received !== undefined; received = await this.#take()) rest.push(received);
    return rest;
  }

  /** To be called before a PDU with a wrong digest comes. Resolves with which digest it was. */
  async expectDamage(): Promise<'header' | 'data'> {
    this.#damaged = deferred();
    return await this.#damaged.promise;
  }

  /** PDUs that have come and not been asked for. */
  get unread(): readonly Received[] {
    return this.#received;
  }

  /** Bytes that have come, PDUs that are not whole included. */
  get receivedLength(): number {
    return this.#socket.bytesRead;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed();
  }

  async #take(): Promise<Received | undefined> {
    const first = this.#received.shift();
    if (first !== undefined || this.#isClosed) return first;
    return await new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #tellDamage(digest: 'header' | 'data'): void {
    if (this.#damaged === undefined) throw new Error(`a ${digest} digest of the target is wrong`);
    this.#damaged.resolve(digest);
  }

  #deliver(): void {
    const received = this.#pending as Received | undefined;
    this.#pending = undefined;
    if (received === undefined) return;
    if (this.isAcknowledging && advancesStatSn(received.pdu)) this.expStatSn = (received.pdu.statSn + 1) >>> 0;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#received.push(received);
    else waiting(received);
  }
}

/** Text keys as a data segment. */
export function textOf(keys: Readonly<Record<string, string>>): Uint8Array {
  return encodeTextKeys(Object.entries(keys));
}

/** A Login Request in the operational stage that asks for full feature phase. */
export function loginRequest(fields: Partial<LoginRequest>): LoginRequest {
  const { isid = 1, tsih = 0, cid = 0, cmdSn = 0, initiatorTaskTag = 1 } = fields;
  const numbers = { isid, tsih, cid, cmdSn, initiatorTaskTag, expStatSn: 0, versionMax: 0, versionMin: 0 };
  const { isTransit = true, isContinue = false, currentStage = 1, nextStage = 3 } = fields;
  return { opcode: opcode.loginRequest, isTransit, isContinue, currentStage, nextStage, ...numbers };
}

function advancesStatSn(pdu: TargetPdu): boolean {
  switch (pdu.opcode) {
    case opcode.r2t:
      return false;
    case opcode.dataIn:
      return pdu.hasStatus;
    case opcode.nopIn:
      return pdu.initiatorTaskTag !== reservedTag;
    default:
      return true;
  }
}

function digestOf(bytes: Uint8Array, isBroken = false): Uint8Array {
  const digest = new Uint8Array(4);
  putDigest(crc32c(bytes) ^ (isBroken ? 1 : 0), digest, 0);
  return digest;
}
