// One SCSI command until it has really ended: sent again where its status says that it may be, else made an error.

import { type Effect, type Lun, ScsiError, sleep } from '../base/index.ts';
import {
  additionalSense,
  commandName,
  effectOfStatus,
  lunToString,
  type Sense,
  scsiFailure,
  scsiStatus,
  senseKey,
  senseOf,
} from '../scsi/index.ts';
import type { ScsiPort, ScsiRequest, ScsiResult } from '../session/index.ts';
import { isIscsiError, withEffect } from './effects.ts';
import type { ResolvedDiskOptions } from './options.ts';

/** What kind of command it is, for what its end means. */
export interface CommandTraits {
  /** Whether it may change the medium. */
  readonly changesMedium: boolean;
  /** Whether it must move exactly the bytes of its buffer; others may return less. */
  readonly isExact: boolean;
  /** Whether doing it twice is the same as doing it once. */
  readonly isIdempotent: boolean;
}

/** READ. */
export const readTraits: CommandTraits = { changesMedium: false, isExact: true, isIdempotent: true };
/** WRITE. */
export const writeTraits: CommandTraits = { changesMedium: true, isExact: true, isIdempotent: true };
/**
 * UNMAP, WRITE SAME: what they send is a parameter, not the data of the range. tgtd 1.0.85 ends UNMAP with GOOD and an
 * underflow of the whole parameter list, having freed the range.
 */
export const rangeTraits: CommandTraits = { changesMedium: true, isExact: false, isIdempotent: true };
/** COMPARE AND WRITE: the second time it would compare with what the first time wrote. */
export const compareTraits: CommandTraits = { changesMedium: true, isExact: true, isIdempotent: false };
/** SYNCHRONIZE CACHE: moves nothing to the device, but decides over what is on the medium. */
export const flushTraits: CommandTraits = { changesMedium: true, isExact: false, isIdempotent: true };
/** Everything that asks, and what moves no data. */
export const queryTraits: CommandTraits = { changesMedium: false, isExact: false, isIdempotent: true };

type Verdict = 'good' | 'resend' | 'resendLater' | 'failed';

/** Runs commands on one logical unit. */
export class CommandRunner {
  readonly #port: ScsiPort;
  readonly #lun: Lun;
  readonly #options: ResolvedDiskOptions;

  constructor(port: ScsiPort, lun: Lun, options: ResolvedDiskOptions) {
    this.#port = port;
    this.#lun = lun;
    this.#options = options;
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
   * Executes a command until it has ended. Rejects with ScsiError, with what the port rejects with, or with the
   * signal's reason.
   */
  async run(request: ScsiRequest, traits: CommandTraits): Promise<ScsiResult> {
    return await this.settle(request, await this.#port.execute(request), traits);
  }

  /** Goes on from a first result: gives it back when it is good, else sends the command again, else rejects. */
  async settle(request: ScsiRequest, first: ScsiResult, traits: CommandTraits): Promise<ScsiResult> {
    let result = first;
    let effect: Effect = 'none';
    for (let resends = 0; ; resends += 1) {
      const sense = result.status === scsiStatus.checkCondition ? senseOf(result.sense) : undefined;
      if (sense?.senseKey === senseKey.unitAttention) this.#options.onUnitAttention(sense);
      const verdict = judge(result.status, sense, traits);
      if (verdict === 'good') return this.#checkMoved(request, result, traits);
      // Once an attempt may have changed the medium, a later refusal takes nothing back.
      if (effect === 'none') effect = effectOf(result.status, sense, traits);
      if (verdict === 'failed' || resends === this.#options.maxResends) {
        throw scsiFailure(this.#nameOf(request), result.status, result.sense, effect);
      }
      if (verdict === 'resendLater') await this.#backOff(resends, request.signal);
      result = await this.#resend(request, effect);
    }
  }

  async #resend(request: ScsiRequest, effect: Effect): Promise<ScsiResult> {
    try {
      return await this.#port.execute(request);
    } catch (error) {
      if (effect === 'none' || !isIscsiError(error)) throw error;
      throw withEffect(error, effect, 'an earlier attempt may have changed the medium');
    }
  }

  /** Full jitter, so that initiators which were turned away together do not come back together. */
  async #backOff(resends: number, signal: AbortSignal | undefined): Promise<void> {
    const { backoffMs, maxBackoffMs, random, clock } = this.#options;
    await sleep(clock, random() * Math.min(maxBackoffMs, backoffMs * 2 ** resends), signal);
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

function effectOf(status: number, sense: Sense | undefined, traits: CommandTraits): Effect {
  if (!traits.changesMedium) return 'none';
  // COMPARE AND WRITE that found a difference has written nothing (SBC-4).
  if (!traits.isIdempotent && sense?.senseKey === senseKey.miscompare) return 'none';
  return effectOfStatus(status, sense);
}

function judge(status: number, sense: Sense | undefined, traits: CommandTraits): Verdict {
  switch (status) {
    case scsiStatus.good:
    case scsiStatus.conditionMet:
      return 'good';
    case scsiStatus.busy:
    case scsiStatus.taskSetFull:
      return 'resendLater';
    case scsiStatus.checkCondition:
      return sense === undefined || sense.isDeferred ? 'failed' : judgeSense(sense, traits);
    default:
      return 'failed';
  }
}

/** Deferred errors do not come here: they tell of an earlier command, whose caller has been told GOOD. */
function judgeSense(sense: Sense, traits: CommandTraits): Verdict {
  switch (sense.senseKey) {
    case senseKey.recoveredError: // the command has been carried out (SPC-4 §4.5)
      return 'good';
    case senseKey.unitAttention:
      return 'resend';
    case senseKey.abortedCommand:
      return traits.isIdempotent ? 'resend' : 'failed';
    case senseKey.notReady:
      return sense.asc * 0x100 + sense.ascq === additionalSense.becomingReady ? 'resendLater' : 'failed';
    default:
      return 'failed';
  }
}
