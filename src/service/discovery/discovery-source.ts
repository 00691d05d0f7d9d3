// What can be asked for targets: the seam between the bookkeeping of discovery and the ways in which targets are found.

import type { IscsiError } from '../../base/index.ts';
import type { TargetPortal } from '../contract/names.ts';

/** A target as a source tells of it. */
export interface FoundTarget {
  readonly targetName: string;
  readonly targetAlias?: string;
  readonly portals: readonly TargetPortal[];
}

/** A portal or a server that knows of targets. */
export interface DiscoverySource {
  /** How its findings are labelled: `SendTargets:<host>:<port>`, `iSNS:<address>`. */
  readonly mechanism: string;
  /** The initiator instance for which it was asked. */
  readonly instance: string;
  /** Whether it will tell of changes by itself. */
  readonly isRegistered: boolean;
  /** All targets that it knows. Ends by limits of its own; rejects with an IscsiError or the signal's reason. */
  ask(signal: AbortSignal): Promise<readonly FoundTarget[]>;
  /** Ends what it has open, such as a registration. Never rejects. */
  close(): Promise<void>;
}

/** What a source that registers itself needs to know, and to tell. */
export interface IsnsSurroundings {
  /** Who registers, as of now. */
  readonly node: () => { readonly name: string; readonly alias: string | undefined };
  /** To be called when the server says that something has changed. */
  readonly changed: () => void;
  /** To be called when the server has come to know us. */
  readonly registered: () => void;
  /** To be called when the server has been lost, once for each time that it knew us. */
  readonly lost: (error: IscsiError) => void;
}

/** Opens the source behind an iSNS server's address: `host` or `host:port`. */
export type OpenIsnsSource = (address: string, surroundings: IsnsSurroundings) => DiscoverySource;
