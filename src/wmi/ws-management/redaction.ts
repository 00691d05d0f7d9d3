// The last line of defence for secrets: what a request was told in secret, its fault does not tell back.

import { elementsOf, textOf, type XmlElement } from './xml/xml-node.ts';

/** Parameters and properties that hold secrets, as ChapSecret, ReverseCHAPSecret, Password, SharedSecret and PresharedKey. */
const secretName = /secret|password|key/i;
/** Shorter ones would blot out ordinary words, and are refused by every use of a secret. */
const shortestSecret = 6;

/** Takes the secrets of a request's body out of a text. */
export function redact(text: string, body: XmlElement | undefined): string {
  let redacted = text;
  for (const secret of secretsIn(body)) redacted = redacted.replaceAll(secret, '***');
  return redacted;
}

function secretsIn(body: XmlElement | undefined): readonly string[] {
  const secrets: string[] = [];
  const rest: XmlElement[] = body === undefined ? [] : [body];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const text = textOf(next) ?? '';
    if (secretName.test(next.name) && text.length >= shortestSecret) secrets.push(text);
    rest.push(...elementsOf(next));
  }
  return secrets;
}
