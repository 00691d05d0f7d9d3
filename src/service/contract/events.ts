// What the service tells as it happens.

/** A change of state. */
export interface ServiceEvent {
  /** Grows by one an event for as long as the service runs; `<start>-<count>`, to go on from after a lost line. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** In the past tense, for example `sessionLoggedIn`, `connectionLost`, `deviceRemovedInUse`; docs/service.md has them all. */
  readonly type: string;
  readonly sessionId?: string;
  readonly connectionId?: string;
  readonly targetName?: string;
  readonly path?: string;
  /** What else there is to say, by type. No secrets. */
  readonly detail: Readonly<Record<string, unknown>>;
}
