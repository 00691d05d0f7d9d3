// Where a target listens.

/** An address at which a target listens. */
export interface Portal {
  /** Name or address literal, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}
