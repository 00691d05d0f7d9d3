// Answers as JSON.

/** JSON has no undefined: what the contract has as `| undefined` is null on the wire. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (each === undefined ? null : each));
}
