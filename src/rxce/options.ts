// The options of the connection engine under its RxCe names, with their defaults.

import { UsageError } from '../base/index.ts';
import { type Engine, type TransportDriver, tcpDriver, udpDriver } from '../engine/index.ts';

/** What openRxCe may be told. */
export interface RxCeOptions {
  /** The engine behind the names. It stays its owner's: closing the names closes no engine. */
  readonly engine: Engine;
  /**
   * Drivers by the names that RxCeBuildTransport takes, upper or lower case, besides `\Device\Tcp` and `\Device\Udp`, or in
   * place of them.
   */
  readonly transports?: Readonly<Record<string, TransportDriver>>;
  /**
   * How many bytes a receive event indicates at most, and how many that were not taken are kept before the circuit is
   * paused; 256 KiB unless set.
   */
  readonly lookaheadLength?: number;
  /** How many sends of a circuit, or of an address, may be under way; 4096 unless set. */
  readonly sendBound?: number;
}

/** Every option with a value; the drivers by their names in lower case. */
export interface ResolvedRxCeOptions {
  readonly engine: Engine;
  readonly drivers: ReadonlyMap<string, TransportDriver>;
  readonly lookaheadLength: number;
  readonly sendBound: number;
}

/** Fills in the defaults. Throws UsageError `ISCSI_BAD_ARGUMENT` for a value that cannot be taken. */
export function resolveOptions({ engine, transports, lookaheadLength, sendBound }: RxCeOptions): ResolvedRxCeOptions {
  const all = { '\\Device\\Tcp': tcpDriver(), '\\Device\\Udp': udpDriver(), ...transports };
  return {
    engine,
    drivers: new Map(Object.entries(all).map(([name, driver]) => [name.toLowerCase(), driver])),
    lookaheadLength: positive('lookaheadLength', lookaheadLength ?? 256 * 1024),
    sendBound: positive('sendBound', sendBound ?? 4096),
  };
}

function positive(argument: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${argument} is ${value}, not an integer of at least 1`, { argument });
}
