// Secrets sealed and opened: AES-256-GCM, bound to their names.
//
//   | nonce, 12 random bytes | ciphertext, as long as the secret | tag, 16 bytes |

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { StoreError } from '../base/index.ts';

/** Bytes of a key. */
export const keyLength = 32;

const nonceLength = 12;
const tagLength = 16;
const cipher = 'aes-256-gcm';

/** How long the secret is that was sealed to so many bytes. */
export function secretLength(sealedLength: number): number {
  return Math.max(0, sealedLength - nonceLength - tagLength);
}

/** Seals and opens secrets with one key. */
export class SecretBox {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Tells the key from others, and nothing else: the key has 256 random bits, so that none is found from its digest. */
  get keyDigest(): Uint8Array {
    return createHash('sha256').update(this.#key).digest();
  }

  seal(name: string, secret: Uint8Array): Uint8Array {
    const nonce = randomBytes(nonceLength);
    const sealing = createCipheriv(cipher, this.#key, nonce, { authTagLength: tagLength });
    // The name goes into the tag, so that no secret can be put in the place of another.
    sealing.setAAD(Buffer.from(name));
    const sealed = Buffer.concat([sealing.update(secret), sealing.final()]);
    return Buffer.concat([nonce, sealed, sealing.getAuthTag()]);
  }

  /** @throws StoreError `STORE_CORRUPT` when the bytes are not what `seal` gave for this name. */
  open(name: string, sealed: Uint8Array): Uint8Array {
    const end = sealed.length - tagLength;
    try {
      const opening = createDecipheriv(cipher, this.#key, sealed.subarray(0, nonceLength), {
        authTagLength: tagLength,
      });
      opening.setAAD(Buffer.from(name));
      opening.setAuthTag(sealed.subarray(end));
      const secret = Buffer.concat([opening.update(sealed.subarray(nonceLength, end)), opening.final()]);
      return new Uint8Array(secret);
    } catch (cause) {
      throw new StoreError('STORE_CORRUPT', `The secret ${name} is damaged`, { record: `secret/${name}`, cause });
    }
  }
}
