// Points in time as the service tells them: ISO 8601, UTC.

/** Now, or `delayMs` from now. */
export function momentIn(delayMs = 0): string {
  return new Date(Date.now() + delayMs).toISOString();
}
