// What a target is made with, and its defaults. Everything downstream sees the resolved value.

import { type Clock, systemClock, UsageError } from '../base/index.ts';
import type { LunOptions } from './device-server/logical-unit.ts';
import type { ResetStyle } from './device-server/unit-attentions.ts';
import type { TargetHooks } from './hooks.ts';
import { type ChapOptions, type ResolvedChap, resolveChap } from './login/chap-options.ts';
import { type ResolvedParameters, resolveParameters, type TargetParameters } from './negotiation/parameters.ts';

/** Where a target listens, or is said to listen. */
export interface PortalAddress {
  /** Host name or IP address. */
  readonly host: string;
  readonly port: number;
}

/** A portal as SendTargets tells it. */
export interface AdvertisedPortal extends PortalAddress {
  /** The portal group that it is said to be in; the target's own unless given. */
  readonly portalGroupTag?: number;
}

/** Where a login is sent instead (RFC 7143 §11.13.5). */
export interface LoginRedirect extends PortalAddress {
  readonly isPermanent: boolean;
}

/** Bounds on what a peer may take up before and after it has logged in. */
export interface TargetLimits {
  /** Commands of a session between ExpCmdSN and MaxCmdSN; 128 unless given. */
  readonly commandWindow?: number;
  readonly maxSessions?: number;
  /** Time for the whole of a login; 15 s unless given. */
  readonly loginTimeoutMs?: number;
  /** Login Requests of one login; 32 unless given. */
  readonly maxLoginExchanges?: number;
  /** Bytes of one text, joined from its continuations; 64 KiB unless given. */
  readonly maxTextLength?: number;
  /** Bytes that all writes under way may hold together; 256 MiB unless given. Beyond it commands get TASK SET FULL. */
  readonly writeBufferLength?: number;
  /** Bytes of a connection that wait to be sent before reads hold back; 2 MiB unless given. */
  readonly sendBufferLength?: number;
  /** Bytes of reads that may be kept until they are acknowledged, from error recovery level 1 on; 64 MiB unless given. */
  readonly keptDataLength?: number;
  /** How long data of a write may fail to come before they are asked for again, from error recovery level 1 on; 5 s. */
  readonly sequenceTimeoutMs?: number;
  /** How long a task management function waits for data and acknowledgments of the initiator; 5 s unless given. */
  readonly taskManagementTimeoutMs?: number;
}

/** Options of `listenTarget`. */
export interface TargetOptions {
  /** The iSCSI name: `iqn.`, `eui.` or `naa.`. */
  readonly name: string;
  readonly alias?: string;
  readonly luns: readonly LunOptions[];
  /** Port 0 takes a free one. */
  readonly listen: readonly PortalAddress[];
  /** Require CHAP of initiators. */
  readonly chap?: ChapOptions;
  /** Whether CHAP is required of discovery sessions too; true unless given. Matters only with `chap`. */
  readonly chapForDiscovery?: boolean;
  /** 1 unless given. */
  readonly portalGroupTag?: number;
  /** What the target is ready to agree to. */
  readonly parameters?: TargetParameters;
  /** The only initiator names that may log in to a normal session, and that SendTargets answers; all unless given. */
  readonly allowedInitiators?: readonly string[];
  /** Send logins to normal sessions elsewhere. */
  readonly redirect?: LoginRedirect | ((initiatorName: string) => LoginRedirect | undefined);
  /** Addresses that SendTargets tells; those of the open portals unless given. */
  readonly advertise?: readonly AdvertisedPortal[];
  /** Ping a connection that has been silent for this long; 0, never, unless given. */
  readonly pingIntervalMs?: number;
  /** Drop a connection that leaves a ping unanswered for this long; 5 s unless given. */
  readonly pingTimeoutMs?: number;
  /** The first StatSN of each connection; 1 unless given. */
  readonly initialStatSn?: number;
  /** How unit attention conditions tell of resets and of the loss of a nexus; `exact` unless given. */
  readonly resetStyle?: ResetStyle;
  readonly limits?: TargetLimits;
  readonly hooks?: TargetHooks;
  /**
   * Publish connections and their bytes on the circuit channels, for traces. False unless given: an initiator in the same
   * process publishes its own side of them.
   */
  readonly publishesCircuits?: boolean;
  readonly clock?: Clock;
}

/** {@link TargetOptions} with every default filled in. */
export interface ResolvedTargetOptions {
  readonly name: string;
  readonly alias: string;
  readonly luns: readonly LunOptions[];
  readonly listen: readonly PortalAddress[];
  readonly chap: ResolvedChap | undefined;
  readonly chapForDiscovery: boolean;
  readonly portalGroupTag: number;
  readonly parameters: ResolvedParameters;
  readonly allowedInitiators: ReadonlySet<string> | undefined;
  readonly redirect: (initiatorName: string) => LoginRedirect | undefined;
  readonly advertise: readonly AdvertisedPortal[];
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly initialStatSn: number;
  readonly resetStyle: ResetStyle;
  readonly limits: Required<TargetLimits>;
  readonly hooks: TargetHooks;
  readonly publishesCircuits: boolean;
  readonly clock: Clock;
}

const defaultLimits: Required<TargetLimits> = {
  commandWindow: 128,
  maxSessions: 256,
  loginTimeoutMs: 15_000,
  maxLoginExchanges: 32,
  maxTextLength: 65_536,
  writeBufferLength: 268_435_456,
  sendBufferLength: 2_097_152,
  keptDataLength: 67_108_864,
  sequenceTimeoutMs: 5_000,
  taskManagementTimeoutMs: 5_000,
};

/** Checks options and fills in defaults. @throws UsageError `ISCSI_BAD_ARGUMENT`, or `ISCSI_WEAK_SECRET` for CHAP. */
export function resolveOptions(options: TargetOptions): ResolvedTargetOptions {
  checkName(options.name);
  const portalGroupTag = options.portalGroupTag ?? 1;
  if (!Number.isInteger(portalGroupTag) || portalGroupTag < 0 || portalGroupTag > 0xffff) {
    throw new UsageError('ISCSI_BAD_ARGUMENT', `A portal group tag is from 0 to 65535, not ${portalGroupTag}`, {
      argument: 'portalGroupTag',
    });
  }
  const { redirect } = options;
  return {
    name: options.name,
    alias: options.alias ?? '',
    luns: options.luns,
    listen: options.listen,
    chap: options.chap === undefined ? undefined : resolveChap(options.chap),
    chapForDiscovery: options.chapForDiscovery ?? true,
    portalGroupTag,
    parameters: resolveParameters(options.parameters ?? {}),
    allowedInitiators:
      options.allowedInitiators && new Set(options.allowedInitiators.map((name) => name.toLowerCase())),
    redirect: typeof redirect === 'function' ? redirect : () => redirect,
    advertise: options.advertise ?? [],
    pingIntervalMs: options.pingIntervalMs ?? 0,
    pingTimeoutMs: options.pingTimeoutMs ?? 5_000,
    initialStatSn: options.initialStatSn ?? 1,
    resetStyle: options.resetStyle ?? 'exact',
    limits: { ...defaultLimits, ...options.limits },
    hooks: options.hooks ?? {},
    publishesCircuits: options.publishesCircuits ?? false,
    clock: options.clock ?? systemClock,
  };
}

function checkName(name: string): void {
  // RFC 7143 §4.2.7: three formats, at most 223 bytes.
  if (/^(iqn|eui|naa)\.[^\s\0]+$/i.test(name) && Buffer.byteLength(name) <= 223) return;
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${JSON.stringify(name)} is not an iSCSI name`, { argument: 'name' });
}
