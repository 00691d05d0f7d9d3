// Several commands for one request: a bounded number in flight, and nothing still in flight when it settles.

import { isIscsiError } from './effects.ts';

/** How a piecewise request ended. */
export interface PiecesOutcome {
  /** The first failure; undefined when every piece succeeded. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Whether any piece succeeded, or failed without proof that it did nothing. */
  readonly mayHaveChanged: boolean;
}

/**
 * Does pieces 0 to `count`-1, at most `inFlight` at a time and in order of their start. After a failure no piece is
 * started; resolves when those in flight have settled.
 */
export async function inPieces(
  count: number,
  inFlight: number,
  work: (piece: number) => Promise<void>,
): Promise<PiecesOutcome> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  let mayHaveChanged = false;
  const worker = async (): Promise<void> => {
    while (failure === undefined && next < count) {
      const piece = next;
      next += 1;
      try {
        await work(piece);
        mayHaveChanged = true;
      } catch (error) {
        failure ??= { error };
        if (!isIscsiError(error) || error.effect !== 'none') mayHaveChanged = true;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, inFlight) }, worker));
  return { failure, mayHaveChanged };
}
