// Secrets by name: those of the store, and those that are kept for this run only.

import type { Store } from '../../store/index.ts';
import type { Secret } from '../contract/names.ts';
import type { SecretInfo } from '../contract/security.ts';
import { momentIn } from '../moment.ts';
import { describeLogin } from './kinds.ts';

/** The names of the secrets that belong to no record. */
export const secretName = { chap: 'initiator/chap', radius: 'radius/shared' } as const;

/** What a secret is for, in words, by the first part of its name. */
const purposes: Readonly<Record<string, (rest: string) => string>> = {
  [secretName.chap]: () => 'initiator CHAP secret',
  [secretName.radius]: () => 'RADIUS shared secret',
  persistentLogin: (key) => `persistent login to ${describeLogin(key)}`,
  portal: (key) => `portal ${key.split(' ', 1)[0] ?? key}`,
  staticTarget: (key) => `static target ${key}`,
  ike: (key) => `IKE key of ${key}`,
  groupKey: () => 'group preshared key',
};

/** The bytes of a secret as it comes in. */
export function secretBytes(secret: Secret): Uint8Array {
  return typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret.hex, 'hex');
}

/** Whether `name` is one under which this service keeps a secret. */
export function isSecretName(name: string): boolean {
  return purposeOf(name) !== undefined;
}

/** Where secrets are looked up. */
export class Vault {
  readonly #store: Store;
  readonly #volatile = new Map<string, { readonly bytes: Uint8Array; readonly since: string }>();

  constructor(store: Store) {
    this.#store = store;
  }

  get(name: string): Uint8Array | undefined {
    return this.#volatile.get(name)?.bytes ?? this.#store.secret(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Keeps a secret for good, or takes it away. */
  keep(name: string, bytes: Uint8Array | undefined): void {
    this.#volatile.delete(name);
    this.#store.change((tx) => {
      if (bytes === undefined) tx.deleteSecret(name);
      else tx.putSecret(name, bytes);
    });
  }

  /** Keeps a secret until the service ends, or forgets it. */
  lend(name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.#volatile.delete(name);
    else this.#volatile.set(name, { bytes, since: momentIn() });
  }

  /** What there is, without values. */
  list(): SecretInfo[] {
    const lent = [...this.#volatile].map(([name, { bytes, since }]) => ({ name, length: bytes.length, since }));
    const kept = this.#store.secrets().filter(({ name }) => !this.#volatile.has(name));
    return [...kept, ...lent].map(({ name, length, since }) => ({ name: purposeOf(name) ?? name, length, since }));
  }

  /** The names of those that are kept for good. */
  keptNames(): string[] {
    return this.#store.secrets().map(({ name }) => name);
  }
}

function purposeOf(name: string): string | undefined {
  const whole = purposes[name];
  if (whole !== undefined) return whole('');
  const at = name.indexOf('/');
  return at < 0 ? undefined : purposes[name.slice(0, at)]?.(name.slice(at + 1));
}
