// Waiting that can be cut short: one place where abort listeners are added and removed.

import { setMaxListeners } from 'node:events';

/** A promise with its two ends in hand. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes a promise whose ends are in hand. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Throws the signal's own reason when it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}

/** Calls `listener` once when the signal is aborted. Returns what removes the listener again. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // One signal may stand behind hundreds of requests; Node would warn of a leak at the eleventh.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
}

/**
 * Does `work` with a signal that is aborted as soon as one of these is, and waits for it no longer than that. Rejects with
 * the reason of the first that is aborted already. Not AbortSignal.any: what that hangs on a signal that lives as long as the
 * program would stay there for as long (Node 20).
 */
export async function untilAborted<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  for (const signal of signals) throwIfAborted(signal);
  const life = new AbortController();
  const forget = signals.map((signal) => {
    return signal === undefined
      ? undefined
      : onAbort(signal, () => {
          life.abort(signal.reason);
        });
  });
  try {
    const result = work(life.signal);
    return result instanceof Promise ? await raceAbort(result, life.signal) : result;
  } finally {
    for (const stop of forget) stop?.();
  }
}

/**
 * Waits for `promise`, or rejects with the signal's reason as soon as it is aborted. The work behind `promise` is not
 * stopped by this: who started it must listen to the signal too.
 */
export async function raceAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  promise.catch(() => undefined); // its owner hears of a late failure; a waiter that has gone does not
  signal.throwIfAborted();
  let remove = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    remove = onAbort(signal, () => {
      reject(signal.reason as Error);
    });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    remove();
  }
}
