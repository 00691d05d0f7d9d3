// Secrets that are told one way each, and the search for them: a find names the way that the secret came in.

import { randomBytes } from 'node:crypto';

/** What quoting, escaping and decoding go wrong with. Six bytes. */
const unusual = '"\\%ß<';

/** What is searched for: of letters and digits alone, so that no escaping hides it. */
const markLength = 10;

/** Secrets by the way that they are told. */
export class SecretHunt {
  readonly #marks = new Map<string, string>();

  /** A new secret of so many bytes, 16 unless given: characters that are trouble, and a mark that is nobody else's. */
  secret(way: string, length = 16): string {
    return this.adopt(way, `${'-'.repeat(length - markLength - Buffer.byteLength(unusual))}${unusual}${newMark()}`);
  }

  /** A secret that is made elsewhere; its last characters are searched for. */
  adopt(way: string, secret: string): string {
    if (this.#marks.has(way)) throw new Error(`there is a secret that is told by ${way} already`);
    this.#marks.set(way, secret.slice(-markLength));
    return secret;
  }

  /** The ways whose secrets are in there, in whatever form. */
  foundIn(what: string | Uint8Array): string[] {
    const bytes = Buffer.from(what);
    return [...this.#marks]
      .filter(([, mark]) => formsOf(mark).some((form) => bytes.includes(form)))
      .map(([way]) => way);
  }
}

function newMark(): string {
  return randomBytes(64)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, markLength);
}

/** As text, in hexadecimal, and in base64 at each of the three places where a group of it may begin. */
function formsOf(mark: string): string[] {
  const bytes = Buffer.from(mark);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The characters at both ends have bits of the neighbours in them.
    const inner = text.slice(Math.ceil((before * 8) / 6), -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [mark, hex, hex.toUpperCase(), ...base64];
}
