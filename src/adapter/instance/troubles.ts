// What goes wrong in the sessions of an instance and does not end them: told as it happens, for whoever keeps a record of it.

import type { EventEmitter } from 'node:events';

import { channels, type EscalationTaken, type PduDiscarded, type PduRejected } from '../../base/index.ts';
import type { SessionObserver } from '../../session/index.ts';
import type { InstanceEvents, InstanceSession, Trouble } from './instance-session.ts';

/** The asynchronous event by which a target asks for a logout. */
const logoutRequest = 1;

/** Tells what goes wrong, from `start` to `stop`. */
export class Troubles {
  /** To be told by sessions; tells `next` as well. */
  readonly observer: SessionObserver;
  readonly #events: EventEmitter<InstanceEvents>;
  readonly #sessionOf: (sessionId: number) => InstanceSession | undefined;
  readonly #rejected = ({ sessionId, reason }: PduRejected): void => {
    const session = this.#sessionOf(sessionId);
    if (session !== undefined) this.#tell({ kind: 'pduRejected', session, reason });
  };
  readonly #discarded = ({ sessionId, reason }: PduDiscarded): void => {
    const session = reason === 'dataDigest' ? this.#sessionOf(sessionId) : undefined;
    if (session !== undefined) this.#tell({ kind: 'dataDamaged', session });
  };
  readonly #escalated = ({ sessionId, step, cause }: EscalationTaken): void => {
    const session = this.#sessionOf(sessionId);
    if (session !== undefined) this.#tell({ kind: 'escalated', session, step, cause });
  };

  /** `sessionOf`: the session that diagnostics know by this number, where it is one of the instance's. */
  constructor(
    events: EventEmitter<InstanceEvents>,
    sessionOf: (sessionId: number) => InstanceSession | undefined,
    next: SessionObserver,
  ) {
    this.#events = events;
    this.#sessionOf = sessionOf;
    this.observer = {
      ...next,
      loginEnded: (sessionId, end, attempt) => {
        next.loginEnded?.(sessionId, end, attempt);
        if (end !== 'accepted' && end !== 'redirected') this.#tell({ kind: 'loginFailed', attempt, error: end });
      },
      commandTimedOut: (sessionId, error) => {
        next.commandTimedOut?.(sessionId, error);
        const session = sessionOf(sessionId);
        if (session !== undefined) this.#tell({ kind: 'commandTimedOut', session, error });
      },
    };
  }

  start(): void {
    channels.pduRejected.subscribe(this.#rejected);
    channels.pduDiscarded.subscribe(this.#discarded);
    channels.sessionEscalated.subscribe(this.#escalated);
  }

  stop(): void {
    channels.pduRejected.unsubscribe(this.#rejected);
    channels.pduDiscarded.unsubscribe(this.#discarded);
    channels.sessionEscalated.unsubscribe(this.#escalated);
  }

  /** A session is there. */
  add(session: InstanceSession): void {
    session.session.events.on('asyncMessage', ({ asyncEvent }) => {
      if (asyncEvent === logoutRequest) this.#tell({ kind: 'logoutRequested', session });
    });
  }

  #tell(trouble: Trouble): void {
    this.#events.emit('trouble', trouble);
  }
}
