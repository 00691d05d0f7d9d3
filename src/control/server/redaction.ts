// The last line of defence for secrets: whatever an operation failed with, what it was told in secret is not told back.

/** The fields of inputs that hold secrets. */
const secretFields: ReadonlySet<string> = new Set(['password', 'secret', 'key', 'hex', 'secrets']);

/** Shorter ones would blot out ordinary words, and are refused by every use of a secret. */
const shortestSecret = 6;

/** Takes the secrets of `input` out of a text that goes outside. */
export function redact(text: string, input: unknown): string {
  let redacted = text;
  for (const secret of secretsIn(input, false)) {
    redacted = redacted.replaceAll(JSON.stringify(secret).slice(1, -1), '***').replaceAll(secret, '***');
  }
  return redacted;
}

function secretsIn(value: unknown, isSecret: boolean): string[] {
  if (typeof value === 'string') return isSecret && value.length >= shortestSecret ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => secretsIn(each, isSecret || secretFields.has(key)));
}
