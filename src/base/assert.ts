// Assertions about ourselves: what can only be false when this package is wrong.

/** Thrown when this package has broken its own rules; never for what a caller or a peer did. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Throws an InternalError unless `condition` holds. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new InternalError(claim);
}

/** Marks a place that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new InternalError(`unreachable value ${String(value)}`);
}
