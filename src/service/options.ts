// What a service is made with, and its defaults. Everything downstream sees the resolved value.

import type { ConnectOptions, InitiatorInstanceOptions } from '../adapter/index.ts';
import { type Clock, systemClock, UsageError } from '../base/index.ts';
import type { StoreHooks } from '../store/index.ts';
import type { OpenIsnsSource } from './discovery/discovery-source.ts';
import type { RadiusMutual } from './logins/login-rules.ts';

/** An initiator instance; node name and alias are those that the service keeps. */
export type ServiceInstanceOptions = Pick<InitiatorInstanceOptions, 'name' | 'adapterId' | 'binding'>;

/** What holds for every session where nothing else is said of it. */
export type SessionDefaults = Pick<ConnectOptions, 'limits' | 'offers' | 'escalation' | 'disk'>;

/** Options of `openService`. */
export interface ServiceOptions {
  /** Where records and secrets are kept; made where it is not there. One process uses it at a time. */
  readonly stateDirectory: string;
  /** One, `Root\ISCSIPRT\0000_0`, unless given. */
  readonly instances?: readonly ServiceInstanceOptions[];
  /**
   * What becomes of the sessions when the service is closed: they are drained, flushed and logged out, as Windows does it,
   * or dropped, so that the next start takes them up again sooner. `logout` unless given.
   */
  readonly onStop?: 'logout' | 'leave';
  /** From one question to the next of each discovery source; 0 for never. 5 minutes unless given. */
  readonly refreshIntervalMs?: number;
  /** How long the service waits for persistently bound devices before it says that it is ready. 60 s unless given. */
  readonly persistentTimeoutMs?: number;
  /** How long `close` may take before it leaves behind what does not end. 60 s unless given. */
  readonly closeTimeoutMs?: number;
  /** How bytes travel; TCP unless given. */
  readonly transport?: InitiatorInstanceOptions['transport'];
  readonly clock?: Clock;
  readonly sessionDefaults?: SessionDefaults;
  /** How iSNS servers are asked; by a registration of the node with each unless given. */
  readonly openIsnsSource?: OpenIsnsSource;
  /** How RADIUS servers verify targets that prove themselves; asked by UDP unless given. */
  readonly radiusMutual?: RadiusMutual;
  /** Shown by `status` and `version`: three numbers with points between. */
  readonly version?: string;
  /** From 0 up to 1: the chance in waits. */
  readonly random?: () => number;
  /** For tests that end the process between two steps of a change. @internal */
  readonly storeHooks?: StoreHooks;
}

/** {@link ServiceOptions} with every default filled in. */
export interface ResolvedServiceOptions
  extends Required<Omit<ServiceOptions, 'transport' | 'openIsnsSource' | 'radiusMutual' | 'instances' | 'storeHooks'>>,
    Pick<ServiceOptions, 'transport' | 'openIsnsSource' | 'radiusMutual' | 'storeHooks'> {
  readonly instances: readonly [ServiceInstanceOptions, ...ServiceInstanceOptions[]];
}

/** The name of the instance that there is when none is named. */
export const defaultInstance = 'Root\\ISCSIPRT\\0000_0';

/** Completes what a caller gave. Throws UsageError ISCSI_BAD_ARGUMENT for what cannot be. */
export function resolveOptions(options: ServiceOptions): ResolvedServiceOptions {
  const [first = { name: defaultInstance }, ...others] = options.instances ?? [];
  const instances: ResolvedServiceOptions['instances'] = [first, ...others];
  if (new Set(instances.map(({ name }) => name.toLowerCase())).size < instances.length) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', 'Two initiator instances have one name', { argument: 'instances' });
  }
  const { transport, openIsnsSource, radiusMutual, storeHooks } = options;
  return {
    stateDirectory: options.stateDirectory,
    instances,
    onStop: options.onStop ?? 'logout',
    refreshIntervalMs: limit('refreshIntervalMs', options.refreshIntervalMs ?? 300_000),
    persistentTimeoutMs: limit('persistentTimeoutMs', options.persistentTimeoutMs ?? 60_000),
    closeTimeoutMs: limit('closeTimeoutMs', options.closeTimeoutMs ?? 60_000),
    clock: options.clock ?? systemClock,
    sessionDefaults: options.sessionDefaults ?? {},
    version: options.version ?? '0.0.0',
    random: options.random ?? Math.random,
    ...(transport === undefined ? {} : { transport }),
    ...(openIsnsSource === undefined ? {} : { openIsnsSource }),
    ...(radiusMutual === undefined ? {} : { radiusMutual }),
    ...(storeHooks === undefined ? {} : { storeHooks }),
  };
}

function limit(argument: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${argument} must be an integer of at least 0, not ${value}`, {
    argument,
  });
}
