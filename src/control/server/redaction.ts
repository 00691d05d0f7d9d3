// The last line of defence for secrets: whatever an operation failed with, what it was told in secret is not told back.

/** The fields of inputs that hold secrets. */
const secretFields: ReadonlySet<string> = new Set(['password', 'secret', 'key', 'hex', 'secrets']);

/** Shorter ones would blot out ordinary words, and are refused by every use of a secret. */
const shortestSecret = 6;

/** Takes the secrets of `input` out of a text that goes outside. */
export function redact(text: string, input: unknown): string {
  let redacted = text;
  for (const secret of secretsIn(input)) {
    redacted = redacted.replaceAll(JSON.stringify(secret).slice(1, -1), '***').replaceAll(secret, '***');
  }
  return redacted;
}

/** Without recursion, since whoever sends the input says how deep it is. */
function secretsIn(input: unknown): string[] {
  const secrets: string[] = [];
  const rest: { readonly value: unknown; readonly isSecret: boolean }[] = [{ value: input, isSecret: false }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { value, isSecret } = next;
    if (typeof value === 'string') {
      if (isSecret && value.length >= shortestSecret) secrets.push(value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        rest.push({ value: each, isSecret: isSecret || secretFields.has(key) });
      }
    }
  }
  return secrets;
}
