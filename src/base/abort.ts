// Waiting that can be cut short: one place where abort listeners are added and removed.

import type { Clock } from './clock.ts';

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
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
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

/**
 * Runs `work` under a signal that is aborted with `makeError()` after `limitMs` (0 or less means no limit) or with
 * the outer signal's reason, whichever comes first. Settles as `work` does, or at once when the signal is aborted.
 */
export async function withDeadline<T>(
  clock: Clock,
  limitMs: number,
  makeError: () => Error,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const limit = new AbortController();
  const timer =
    limitMs > 0
      ? clock.schedule(limitMs, () => {
          limit.abort(makeError());
        })
      : undefined;
  const both = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
  try {
    return await raceAbort(work(both), both);
  } finally {
    timer?.cancel();
  }
}
