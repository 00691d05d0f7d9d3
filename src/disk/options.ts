// What an opener may choose about a disk, with defaults resolved once.

import { type Clock, systemClock, UsageError } from '../base/index.ts';
import type { Sense } from '../scsi/index.ts';

/** Options of `openDisk`. */
export interface DiskOptions {
  /** Opens the disk read-only, whatever the device says. */
  readonly readOnly?: boolean;
  /**
   * Most bytes that one command moves; larger requests are split. 1 MiB unless given: from there on the fixed cost of a
   * command is lost beside that of its bytes, while pieces are still small enough to spread over connections and cheap
   * to send again. What the device reports as its limit holds too.
   */
  readonly maxTransferLength?: number;
  /** Most commands that one split request has in flight; 8 unless given. */
  readonly maxInFlight?: number;
  /** How often one command is sent again after a status that asks for it; 10 unless given. */
  readonly maxResends?: number;
  /**
   * How often one command is sent again after it was lost with its connection: reads and queries always, writes only
   * while nothing can have overtaken them. 16 unless given. How long a lost session is waited for is the session's own
   * limit.
   */
  readonly maxRedrives?: number;
  /**
   * Limit for the answer to SYNCHRONIZE CACHE, which may take longer than any other command; 0 for none, 30 000 unless
   * given.
   */
  readonly flushTimeoutMs?: number;
  /** Longest first wait after BUSY or TASK SET FULL; it doubles with each further one. 20 ms unless given. */
  readonly backoffMs?: number;
  /** Longest wait of all; 2000 ms unless given. */
  readonly maxBackoffMs?: number;
  /**
   * Whether the device is known to keep acknowledged writes through whatever makes it report 29h/00h, or nothing, to a new
   * session, which may mean loss of power and may mean nothing: tgtd and LIO do so. Then only 29h/01h (power on) and 29h/04h
   * (internal reset) count as loss of a volatile cache. Unless given, what was not flushed is read back by the next flush,
   * for which checksums of it are kept.
   */
  readonly keepsCacheOverReset?: boolean;
  /** Hears of every unit attention that a command met (capacity or mode parameters changed, a reset, …). */
  readonly onUnitAttention?: (sense: Sense) => void;
  /** Where time comes from; the machine's clock unless given. */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1 for the waits; `Math.random` unless given. */
  readonly random?: () => number;
  /** Cuts opening short. */
  readonly signal?: AbortSignal;
}

/** Options with their defaults. @internal */
export type ResolvedDiskOptions = Readonly<Required<Omit<DiskOptions, 'signal'>>>;

/** @internal Throws UsageError ISCSI_BAD_ARGUMENT. */
export function resolveDiskOptions(options: DiskOptions): ResolvedDiskOptions {
  return {
    readOnly: options.readOnly ?? false,
    maxTransferLength: integer('maxTransferLength', options.maxTransferLength ?? 1_048_576, 512, 0x4000_0000),
    maxInFlight: integer('maxInFlight', options.maxInFlight ?? 8, 1, 1024),
    maxResends: integer('maxResends', options.maxResends ?? 10, 0, 1000),
    maxRedrives: integer('maxRedrives', options.maxRedrives ?? 16, 0, 1000),
    flushTimeoutMs: integer('flushTimeoutMs', options.flushTimeoutMs ?? 30_000, 0, 86_400_000),
    backoffMs: integer('backoffMs', options.backoffMs ?? 20, 0, 3_600_000),
    maxBackoffMs: integer('maxBackoffMs', options.maxBackoffMs ?? 2000, 0, 3_600_000),
    keepsCacheOverReset: options.keepsCacheOverReset ?? false,
    onUnitAttention: options.onUnitAttention ?? ignore,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function ignore(): void {}

function integer(argument: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${argument} ${value} is not an integer from ${low} to ${high}`, {
    argument,
  });
}
