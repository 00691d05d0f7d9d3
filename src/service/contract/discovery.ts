// How targets are found: SendTargets portals, iSNS servers, static targets; and what was found.

import type { LoginOptions, StoredLoginOptions } from './login-options.ts';
import type { InitiatorPlace, PortalAddress, TargetPortal, UniqueId } from './names.ts';

/** What became of the last attempt to learn from a discovery source. */
export interface DiscoveryOutcome {
  /** ISO 8601, UTC. Undefined before the first attempt has ended. */
  readonly at: string | undefined;
  readonly targetCount: number;
  /** Why it failed: a code of docs/errors.md and its message. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** A portal to be asked with SendTargets. The same place and address again is the same portal: it gets the new options. */
export interface SendTargetsPortalInput extends InitiatorPlace, PortalAddress {
  readonly symbolicName?: string;
  readonly loginOptions?: LoginOptions;
  /** ISCSI_SECURITY_FLAGS as bits. */
  readonly securityFlags?: number;
}

/** A portal that is asked with SendTargets, periodically and on request. */
export interface SendTargetsPortal extends InitiatorPlace, PortalAddress {
  readonly symbolicName: string;
  readonly loginOptions: StoredLoginOptions;
  readonly securityFlags: number;
  readonly outcome: DiscoveryOutcome;
}

/** An iSNS server (RFC 4171). */
export interface IsnsServer {
  /** `host` or `host:port`; port 3205 unless given. */
  readonly address: string;
  readonly outcome: DiscoveryOutcome;
  /** Whether this initiator is registered there, so that the server tells of changes. */
  readonly isRegistered: boolean;
}

/** Where a LUN of a target is to appear: bus, target and LUN numbers as the operating system's users see them. */
export interface TargetMapping {
  readonly osBusNumber: number;
  readonly osTargetNumber: number;
  readonly luns: readonly { readonly osLun: number; readonly targetLun: string }[];
}

/** A target that is known without discovery. */
export interface StaticTargetInput {
  readonly targetName: string;
  readonly targetAlias?: string;
  /** Not listed before it is found dynamically as well. */
  readonly isHidden?: boolean;
  /** Keeps what is stored already and is not given here. */
  readonly merges?: boolean;
  /** Whether it is kept over a restart of the service; true unless given. */
  readonly persists?: boolean;
  readonly portals?: readonly TargetPortal[];
  readonly mapping?: TargetMapping;
  readonly loginOptions?: LoginOptions;
}

/** How a target was found by one mechanism. */
export interface TargetInstance {
  /** `SendTargets:<host>:<port>`, `iSNS:<address>`, `Static`. */
  readonly mechanism: string;
  readonly targetAlias: string;
  readonly initiatorInstance: string;
  readonly portals: readonly TargetPortal[];
  readonly isHidden: boolean;
  readonly mapping: TargetMapping | undefined;
  readonly loginOptions: StoredLoginOptions;
}

/** A target that is known, from one source or several. */
export interface KnownTarget {
  readonly targetName: string;
  readonly instances: readonly TargetInstance[];
  readonly sessions: readonly UniqueId[];
}
