// The engine's options with their defaults, resolved and checked once.

import { type Clock, systemClock, UsageError } from '../base/index.ts';
import type { Remote } from './driver.ts';

/** What an engine may be told. */
export interface EngineOptions {
  /** Where time comes from; the machine's clock unless set. */
  readonly clock?: Clock;
  /** How many items may wait for the worker; 1024 unless set. */
  readonly workerBound?: number;
  /** How long a connect may take; 15,000 unless set, 0 for no limit. A circuit's own option goes before. */
  readonly connectTimeoutMs?: number;
  /**
   * How long a graceful disconnect, or a teardown that waits for the worker, may take before the circuit is reset;
   * 5,000 unless set.
   */
  readonly closeTimeoutMs?: number;
  /** Pending bytes at which `send` asks its caller to wait; 4 MiB unless set. */
  readonly highWaterMark?: number;
  /**
   * Whether its circuits are told of on the diagnostics channels; true unless set. An engine that is the transport of
   * another one is silent, or everything would be told twice.
   */
  readonly publishesCircuits?: boolean;
}

/** Every option with a value. */
export type ResolvedEngineOptions = Readonly<Required<EngineOptions>>;

/** Fills in the defaults. Throws UsageError `ISCSI_BAD_ARGUMENT` for a value that cannot be taken. */
export function resolveOptions(options: EngineOptions): ResolvedEngineOptions {
  return {
    clock: options.clock ?? systemClock,
    workerBound: integer('workerBound', options.workerBound ?? 1024, 1),
    connectTimeoutMs: integer('connectTimeoutMs', options.connectTimeoutMs ?? 15_000, 0),
    closeTimeoutMs: integer('closeTimeoutMs', options.closeTimeoutMs ?? 5_000, 1),
    highWaterMark: integer('highWaterMark', options.highWaterMark ?? 4 * 1024 * 1024, 1),
    publishesCircuits: options.publishesCircuits ?? true,
  };
}

/** Returns `value` when it is a safe integer of at least `least`, or throws UsageError `ISCSI_BAD_ARGUMENT`. */
export function integer(argument: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${argument} is ${value}, not an integer of at least ${least}`, {
    argument,
  });
}

/** Returns a remote that could be one, or throws UsageError `ISCSI_BAD_ARGUMENT`. */
export function checkRemote({ host, port }: Remote): Remote {
  if (host === '') throw new UsageError('ISCSI_BAD_ARGUMENT', 'the host is empty', { argument: 'host' });
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `port ${port} is not between 1 and 65535`, { argument: 'port' });
  }
  return { host, port };
}

/** Returns a local port number, 0 for a free one, or throws UsageError `ISCSI_BAD_ARGUMENT`. */
export function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `port ${port} is not between 0 and 65535`, { argument: 'port' });
}
