// One SCSI command until it has really ended: sent again where its status, or the loss of its connection, allows it, else
// made an error.

import { type Lun, ScsiError, sleep } from '../base/index.ts';
import { commandName, lunToString, type Sense, scsiFailure, scsiStatus, senseKey, senseOf } from '../scsi/index.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../session/index.ts';
import { Attempts } from './attempts.ts';
import { type Change, ChangesInFlight } from './changes-in-flight.ts';
import { type CommandTraits, queryTraits, writeTraits } from './command-traits.ts';
import { isIscsiError, withEffect } from './effects.ts';
import type { ResolvedDiskOptions } from './options.ts';
import { UnflushedWrites } from './unflushed-writes.ts';
import type { OwnBytes } from './write-log.ts';

/** Runs commands on one logical unit. */
export class CommandRunner {
  /** What the commands under way change. */
  readonly changes: ChangesInFlight = new ChangesInFlight();
  /** What the commands that ended have changed, and nothing has made stable. */
  readonly unflushed: UnflushedWrites;
  readonly #port: ScsiPort;
  readonly #lun: Lun;
  readonly #options: ResolvedDiskOptions;

  constructor(port: ScsiPort, lun: Lun, options: ResolvedDiskOptions) {
    this.#port = port;
    this.#lun = lun;
    this.#options = options;
    this.unflushed = new UnflushedWrites(this.changes, options.keepsCacheOverReset);
  }

  /** Executes a command that returns data and gives those that came. */
  async query(cdb: Uint8Array, allocationLength: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const dataIn = new Uint8Array(allocationLength);
    const result = await this.run(this.request(cdb, signal, { dataIn }), queryTraits);
    return dataIn.subarray(0, Math.min(result.dataInLength, allocationLength));
  }

  /** Makes a request to this logical unit. */
  request(
    cdb: Uint8Array,
    signal: AbortSignal | undefined,
    data: { readonly dataIn?: Uint8Array; readonly dataOut?: Uint8Array } = {},
  ): ScsiRequest {
    return signal === undefined ? { lun: this.#lun, cdb, ...data } : { lun: this.#lun, cdb, ...data, signal };
  }

  /**
   * Executes a command until it has ended; `change` is what it changes. Rejects with ScsiError, with what the port
   * rejects with, or with the signal's reason.
   */
  async run(request: ScsiRequest, traits: CommandTraits, change?: Change): Promise<ScsiResult> {
    let result: ScsiResult;
    try {
      result = await this.#port.execute(request);
    } catch (error) {
      return await this.recover(request, error, traits, change);
    }
    if (isWhole(result, request.dataIn?.length ?? 0)) return result;
    return await this.settle(request, result, traits, change);
  }

  /** As `run`, for a command that changes `length` bytes at `offset`; with `isStable`, on stable storage itself; `own` when not for all of them. */
  async change(
    request: ScsiRequest,
    traits: CommandTraits,
    offset: number,
    length: number,
    isStable = false,
    own?: OwnBytes,
  ): Promise<void> {
    const change = this.changes.begin(offset, offset + length, isStable, own);
    try {
      const { cid } = await this.run(request, traits, change);
      this.unflushed.acknowledge(change, cid, traits === writeTraits ? request.dataOut : undefined);
    } finally {
      this.unflushed.end(change);
    }
  }

  /** Goes on from a first result: gives it back when it is good, else sends the command again, else rejects. */
  async settle(request: ScsiRequest, first: ScsiResult, traits: CommandTraits, change?: Change): Promise<ScsiResult> {
    return await this.#finish(request, first, traits, new Attempts(this.#options, traits, change));
  }

  /** Goes on from a first attempt that the port rejected: sends the command again where that is safe, else rejects. */
  async recover(request: ScsiRequest, error: unknown, traits: CommandTraits, change?: Change): Promise<ScsiResult> {
    const attempts = new Attempts(this.#options, traits, change);
    return await this.#finish(request, await this.#redrive(request, error, attempts), traits, attempts);
  }

  async #finish(
    request: ScsiRequest,
    first: ScsiResult,
    traits: CommandTraits,
    attempts: Attempts,
  ): Promise<ScsiResult> {
    for (let result = first; ; ) {
      const sense = result.status === scsiStatus.checkCondition ? senseOf(result.sense) : undefined;
      if (sense !== undefined) this.#notice(sense, result.cid);
      const verdict = attempts.judge(result.status, sense);
      if (verdict === 'good') return this.#checkMoved(request, result, traits);
      if (verdict === 'failed') throw this.#failure(request, result, attempts);
      if (verdict === 'resendLater') await this.#backOff(attempts.resends, request.signal);
      attempts.begin();
      try {
        result = await this.#port.execute(request);
      } catch (error) {
        result = await this.#redrive(request, error, attempts);
      }
    }
  }

  /** Sends a command again until it has a status. Rejects when that is not safe, or not of use. */
  async #redrive(request: ScsiRequest, first: unknown, attempts: Attempts): Promise<ScsiResult> {
    for (let error = first; ; ) {
      if (!isIscsiError(error)) throw error;
      const verdict = attempts.judgeLoss(error);
      if (isIscsiError(verdict)) throw verdict;
      if (verdict === 'redriveLater') await this.#backOff(attempts.redrives, request.signal);
      attempts.begin();
      try {
        return await this.#port.execute(request);
      } catch (next) {
        error = next;
      }
    }
  }

  #notice(sense: Sense, cid: number): void {
    this.unflushed.met(sense, cid);
    if (sense.senseKey === senseKey.unitAttention) this.#options.onUnitAttention(sense);
  }

  /** Full jitter, so that initiators which were turned away together do not come back together. */
  async #backOff(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    const { backoffMs, maxBackoffMs, random, clock } = this.#options;
    await sleep(clock, random() * Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 1)), signal);
  }

  #failure(request: ScsiRequest, result: ScsiResult, { effect, obstacle }: Attempts): Error {
    const failure = scsiFailure(this.#nameOf(request), result.status, result.sense, effect);
    return obstacle === undefined ? failure : withEffect(failure, effect, obstacle);
  }

  /** GOOD with another number of bytes than a block command asked for means that somebody has lost count. */
  #checkMoved(request: ScsiRequest, result: ScsiResult, traits: CommandTraits): ScsiResult {
    const expected = request.dataIn?.length ?? 0;
    if (!traits.isExact || (result.residual === 'none' && result.dataInLength === expected)) return result;
    const moved =
      request.dataIn === undefined
        ? `a residual ${result.residual} of ${result.residualCount} bytes`
        : `${result.dataInLength} of ${expected} bytes, residual ${result.residual} ${result.residualCount}`;
    throw new ScsiError('SCSI_RESIDUAL', `${this.#nameOf(request)} ended with GOOD and ${moved}`, {
      status: result.status,
      effect: traits.changesMedium ? 'unknown' : 'none',
    });
  }

  #nameOf(request: ScsiRequest): string {
    return `${commandName(request.cdb)} of LUN ${lunToString(this.#lun)}`;
  }
}

/** Whether a command ended with GOOD and exactly `dataInLength` bytes read: nothing more to find out. */
export function isWhole(result: ScsiResult, dataInLength: number): boolean {
  return result.status === scsiStatus.good && result.residual === 'none' && result.dataInLength === dataInLength;
}
