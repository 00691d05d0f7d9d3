// Where a target listens.

/** An address at which a target listens. */
export interface Portal {
  /** Name or address literal, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /**
   * The portal group that it is in, where SendTargets has told. A login that meets another one, or a connection to be
   * added to a session with another one, is refused with LoginError ISCSI_WRONG_PORTAL_GROUP.
   */
  readonly portalGroupTag?: number;
  /** The address of this host that connections to it start from; as the initiator is bound, unless given. */
  readonly localAddress?: string;
}
