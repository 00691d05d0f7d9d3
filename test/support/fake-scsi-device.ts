// A disk in memory behind the ScsiPort contract, with a volatile cache, provisioning, scripted answers and a pace that tests
// choose. It is not the product's target: it is here so that tests of src/disk know each command and can break each answer.

import * as scsi from '../../src/scsi/index.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../../src/session/index.ts';
import { answerQuestion, type FakeScsiFacts, type FakeScsiOptions } from './fake-scsi-answers.ts';

export type { FakeScsiOptions } from './fake-scsi-answers.ts';

/** An answer that a test puts in place of the device's own. */
export interface Scripted {
  /** Which commands it is for; all unless given. */
  readonly opcode?: number;
  /** Which of those, where the opcode does not say it. */
  readonly when?: (request: ScsiRequest) => boolean;
  /** How many of them; 1 unless given. */
  readonly times?: number;
  readonly status?: number;
  readonly sense?: scsi.Sense;
  /** Carries the command out before answering. */
  readonly isExecuted?: boolean;
  /** Rejects with this instead of answering. */
  readonly error?: Error;
  /** Overrides parts of the device's own good answer. */
  readonly patch?: Partial<ScsiResult>;
  /** Answers with these data. */
  readonly dataIn?: Uint8Array;
}

/** A disk in memory. */
export class FakeScsiDevice implements ScsiPort, FakeScsiFacts {
  options: FakeScsiOptions;
  readonly blockSize: number;
  blockCount: number;
  /** What reads return. */
  readonly medium: Buffer;
  /** What would be left after the power failed. */
  readonly stable: Buffer;
  /** Blocks that have been freed. */
  readonly freed: Set<number> = new Set();
  /** Every request, in order of arrival. */
  readonly requests: ScsiRequest[] = [];
  inFlight = 0;
  mostInFlight = 0;
  /** Awaited before a command is carried out and again before it is answered. */
  pace: (request: ScsiRequest) => Promise<void> = async () => {
    await Promise.resolve();
  };
  /** Unit attention conditions that wait to be told, each to one command (SAM-5 §5.14). */
  attentions: scsi.Sense[] = [];
  /** Called when a command has been carried out, before it is answered. */
  carriedOut: (request: ScsiRequest) => void = () => {};
  /** What was written since the cache was last synchronized, oldest first. */
  #unflushed: { readonly at: number; readonly bytes: Uint8Array; readonly isStable: boolean }[] = [];
  readonly #script: { entry: Scripted; left: number }[] = [];

  constructor(options: FakeScsiOptions = {}) {
    this.options = options;
    this.blockSize = options.blockSize ?? 512;
    this.blockCount = options.blockCount ?? 4096;
    this.medium = Buffer.alloc(this.blockSize * this.blockCount);
    this.stable = Buffer.alloc(this.blockSize * this.blockCount);
  }

  /** Scripts answers; the first entry that fits a command and is not used up is taken. */
  script(...entries: readonly Scripted[]): void {
    for (const entry of entries) this.#script.push({ entry, left: entry.times ?? 1 });
  }

  /** The names of the commands that came since the last call. */
  takeCommands(): string[] {
    return this.requests.splice(0).map((request) => scsi.commandName(request.cdb));
  }

  /** Changes what REPORT LUNS tells. */
  tellLuns(luns: readonly number[]): void {
    this.options = { ...this.options, luns };
  }

  /**
   * The power fails: of what was not synchronized, a part that `survives` chooses has reached the medium, so that a block
   * may also keep what was written to it before it was written last.
   */
  losePower(survives: () => boolean): void {
    this.stable.copy(this.medium);
    for (const { at, bytes, isStable } of this.#unflushed.splice(0)) {
      if (isStable || survives()) this.medium.set(bytes, at);
    }
    this.medium.copy(this.stable);
    this.attentions = [scsi.makeSense(scsi.senseKey.unitAttention, 0x2901)];
  }

  async execute(request: ScsiRequest): Promise<ScsiResult> {
    request.signal?.throwIfAborted();
    this.requests.push(request);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      await this.pace(request);
      request.signal?.throwIfAborted();
      const result = this.#answer(request);
      this.carriedOut(request);
      await this.pace(request);
      return result;
    } finally {
      this.inFlight -= 1;
    }
  }

  #answer(request: ScsiRequest): ScsiResult {
    const scripted = this.#script.find(({ entry, left }) => {
      const isMeant = entry.opcode === undefined || entry.opcode === request.cdb[0];
      return left > 0 && isMeant && entry.when?.(request) !== false;
    });
    if (scripted === undefined) return this.#carryOut(request);
    scripted.left -= 1;
    const { entry } = scripted;
    if (entry.isExecuted === true) this.#carryOut(request);
    if (entry.error !== undefined) throw entry.error;
    if (entry.patch !== undefined) return { ...this.#carryOut(request), ...entry.patch };
    if (entry.dataIn !== undefined) return dataResult(request, entry.dataIn);
    const sense = entry.sense === undefined ? undefined : scsi.encodeSense(entry.sense);
    const status = entry.status ?? (entry.sense === undefined ? scsi.scsiStatus.good : scsi.scsiStatus.checkCondition);
    return { status, sense, dataInLength: 0, residual: 'none', residualCount: 0, cid: 0 };
  }

  #carryOut(request: ScsiRequest): ScsiResult {
    const { cdb } = request;
    const opcode = cdb[0]!;
    const { unsupported = [] } = this.options;
    if (unsupported.includes(opcode) || unsupported.includes(opcode * 0x100 + (cdb[1]! & 0x1f))) {
      return refusal(scsi.additionalSense.invalidCommandOperationCode);
    }
    const attention = goesPastAttentions.has(opcode) ? undefined : this.attentions.shift();
    if (attention !== undefined) return checkCondition(attention);
    switch (opcode) {
      case scsi.scsiOpcode.read10:
        return this.#read(request, scsi.decodeTransfer10Cdb(cdb));
      case scsi.scsiOpcode.read16:
        return this.#read(request, scsi.decodeTransfer16Cdb(cdb));
      case scsi.scsiOpcode.write10:
        return this.#write(request, scsi.decodeTransfer10Cdb(cdb));
      case scsi.scsiOpcode.write16:
        return this.#write(request, scsi.decodeTransfer16Cdb(cdb));
      case scsi.scsiOpcode.compareAndWrite:
        return this.#compareAndWrite(request, scsi.decodeCompareAndWriteCdb(cdb));
      case scsi.scsiOpcode.writeSame16:
        return this.#writeSame(request, scsi.decodeWriteSame16Cdb(cdb));
      case scsi.scsiOpcode.unmap:
        return this.#unmap(request);
      case scsi.scsiOpcode.synchronizeCache10:
      case scsi.scsiOpcode.synchronizeCache16:
        this.medium.copy(this.stable);
        this.#unflushed = [];
        return good;
      case scsi.scsiOpcode.testUnitReady:
        return good;
      default: {
        const data = answerQuestion(this, cdb);
        return data === undefined ? refusal(scsi.additionalSense.invalidFieldInCdb) : dataResult(request, data);
      }
    }
  }

  #read(request: ScsiRequest, { lba, blocks }: scsi.BlockTransfer): ScsiResult {
    if (lba + blocks > this.blockCount) return refusal(scsi.additionalSense.lbaOutOfRange);
    return dataResult(request, this.medium.subarray(lba * this.blockSize, (lba + blocks) * this.blockSize));
  }

  #write(request: ScsiRequest, { lba, blocks, fua }: scsi.BlockTransfer): ScsiResult {
    if (lba + blocks > this.blockCount) return refusal(scsi.additionalSense.lbaOutOfRange);
    if (fua && this.options.dpoFua !== true) return refusal(scsi.additionalSense.invalidFieldInCdb);
    const { dataOut } = request;
    if (dataOut?.length !== blocks * this.blockSize) throw new Error(`${dataOut?.length} bytes for ${blocks} blocks`);
    this.#put(lba, dataOut, fua);
    return good;
  }

  #compareAndWrite(request: ScsiRequest, transfer: scsi.BlockTransfer): ScsiResult {
    const at = transfer.lba * this.blockSize;
    const length = transfer.blocks * this.blockSize;
    const dataOut = Buffer.from(request.dataOut!);
    if (!this.medium.subarray(at, at + length).equals(dataOut.subarray(0, length))) {
      return checkCondition(scsi.makeSense(scsi.senseKey.miscompare, scsi.additionalSense.miscompareDuringVerify));
    }
    this.#put(transfer.lba, dataOut.subarray(length), transfer.fua);
    return good;
  }

  #writeSame(request: ScsiRequest, { lba, blocks, unmap, ndob }: scsi.WriteSame16Cdb): ScsiResult {
    if (lba + blocks > this.blockCount) return refusal(scsi.additionalSense.lbaOutOfRange);
    const limit = this.options.limits?.maximumWriteSameLength ?? 0;
    if (limit > 0 && blocks > limit) return refusal(scsi.additionalSense.invalidFieldInCdb);
    const block = ndob ? Buffer.alloc(this.blockSize) : request.dataOut!;
    for (let i = 0; i < blocks; i += 1) {
      this.#put(lba + i, block, false);
      if (unmap) this.freed.add(lba + i);
    }
    return good;
  }

  #unmap(request: ScsiRequest): ScsiResult {
    const ranges = scsi.decodeUnmapList(request.dataOut!);
    const limit = this.options.limits?.maximumUnmapLbaCount ?? 0;
    for (const { lba, blocks } of ranges) {
      if (lba + blocks > this.blockCount) return refusal(scsi.additionalSense.lbaOutOfRange);
      if (limit > 0 && blocks > limit) return refusal(scsi.additionalSense.invalidFieldInParameterList);
      for (let i = lba; i < lba + blocks; i += 1) {
        this.#put(i, Buffer.alloc(this.blockSize, this.options.lbprz === true ? 0 : 0xde), false);
        this.freed.add(i);
      }
    }
    return good;
  }

  #put(lba: number, bytes: Uint8Array, fua: boolean): void {
    const at = lba * this.blockSize;
    this.medium.set(bytes, at);
    const isStable = fua || this.options.writeCache === false;
    if (isStable) this.stable.set(bytes, at);
    this.#unflushed.push({ at, bytes: Uint8Array.from(bytes), isStable });
    for (let i = 0; i < bytes.length / this.blockSize; i += 1) this.freed.delete(lba + i);
  }
}

/** SPC-4: these are carried out whatever waits. */
const goesPastAttentions: ReadonlySet<number> = new Set([scsi.scsiOpcode.inquiry, scsi.scsiOpcode.reportLuns]);

const good: ScsiResult = { status: 0, sense: undefined, dataInLength: 0, residual: 'none', residualCount: 0, cid: 0 };

function checkCondition(sense: scsi.Sense): ScsiResult {
  return { ...good, status: scsi.scsiStatus.checkCondition, sense: scsi.encodeSense(sense) };
}

function refusal(code: number): ScsiResult {
  return checkCondition(scsi.makeSense(scsi.senseKey.illegalRequest, code));
}

/** Moves data as iSCSI does: what does not fit is a residual overflow, what is missing an underflow. */
function dataResult(request: ScsiRequest, data: Uint8Array): ScsiResult {
  const into = request.dataIn ?? new Uint8Array(0);
  const dataInLength = Math.min(into.length, data.length);
  into.set(data.subarray(0, dataInLength));
  if (data.length === into.length) return { ...good, dataInLength };
  const residual = data.length > into.length ? 'overflow' : 'underflow';
  return { ...good, dataInLength, residual, residualCount: Math.abs(data.length - into.length) };
}
