// Who holds a device: the names that refusals show, and the request to let go that a holder may answer.

/**
 * Why a device is to go: with its whole session, or alone; or it has gone already, because the target has taken it away
 * (`gone`) or another device has taken its place (`changed`).
 */
export type RemovalReason = 'logout' | 'removal' | 'gone' | 'changed';

/** A request to let a device go. */
export interface RemoveRequest {
  /** The device, for example `LUN 0 of iqn.2026-11.example:disk`. */
  readonly device: string;
  readonly lun: number;
  readonly reason: RemovalReason;
  /** Whether the device goes in any case: a veto is only noted then. */
  readonly isForced: boolean;
  /** How long there is to close the handle or to answer; silence counts as a veto. 0 where nobody waits for an answer. */
  readonly answerWithinMs: number;
}

/** A holder's refusal to let go. */
export interface RemoveVeto {
  /** Why; shown to whoever is refused because of it. */
  readonly veto: string;
}

/** What a holder may answer: a veto, or nothing, when it closes its handle or is about to. */
export type RemoveAnswer = RemoveVeto | undefined;

/** Who opens a device. */
export interface Holder {
  /** What the holder calls itself; shown to whoever is refused a removal because of it. */
  readonly label: string;
  /** The process on whose behalf the device is held; this one unless given. */
  readonly pid?: number;
  /**
   * Asks the holder to let go. It closes its handle, or returns a veto; a throw is one too. Without this callback the
   * holder cannot be asked, and holding is a veto.
   */
  readonly onRemoveRequested?: (request: RemoveRequest) => RemoveAnswer | Promise<RemoveAnswer>;
  /**
   * Tells a holder that was asked and did not refuse, one too that has not answered in time, that the device stays after
   * all: it may be opened again.
   */
  readonly onRemoveCanceled?: (request: RemoveRequest) => void;
}
