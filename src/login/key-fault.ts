// How a fault of one key is reported: the key is always named, and so is the clause that it breaks.

import { LoginError } from '../base/index.ts';

/** The longest part of a peer's value that is repeated in a message. */
const shownLength = 64;

/** Shortens a peer's text for a message, with control characters escaped. */
export function shown(text: string): string {
  return JSON.stringify(text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);
}

/** No common value: the target's selection or refusal leaves us without one that may be used. */
export function noAgreement(key: string, message: string): LoginError {
  return new LoginError('ISCSI_NO_AGREEMENT', `${key}: ${message}`, { key });
}

/** A key that may not stand here, stands twice, or has a value that is not of its kind. */
export function badKey(key: string, message: string): LoginError {
  return new LoginError('ISCSI_BAD_TEXT', `${key}: ${message}`, { key });
}

/** Authentication did not come to a good end; `key` is the key by which we saw it. */
export function authFailed(key: string, message: string, cause?: unknown): LoginError {
  return new LoginError('ISCSI_AUTH_FAILED', `${key}: ${message}`, { key, cause });
}
