// Small readers of what methods are given: bytes, secrets, keys, security flags.

import { toHex } from '../../base/index.ts';
import type { Secret } from '../../service/index.ts';
import { refuse } from '../cim/return-value.ts';
import { ISCSI_SECURITY_FLAGS as flag } from '../values/iscsidef.ts';

/** A type while it is being filled in. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const knownSecurityFlags = Object.values(flag).reduce((all, each) => all | each, 0);

/** Flags that exclude each other. */
const modes = [
  flag.ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED | flag.ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED,
  flag.ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED | flag.ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED,
];

/** Ends a method with ERROR_INVALID_PARAMETER. */
export function invalid(message: string): never {
  return refuse('ERROR_INVALID_PARAMETER', message);
}

/** A parameter that must be there; text must not be empty. */
export function required<T>(value: T | null, name: string): T {
  return value === null || value === '' ? invalid(`${name} must be given`) : value;
}

/** Text, or nothing where it is empty. */
export function textOf(value: string | null): string | undefined {
  return value === null || value === '' ? undefined : value;
}

/** An array of uint8 as bytes. */
export function asBytes(array: readonly number[]): Uint8Array {
  return Uint8Array.from(array);
}

/** A secret in the form that the service takes. */
export function asSecret(bytes: Uint8Array): Secret {
  return { hex: toHex(bytes) };
}

/** A preshared key for IPsec; none where it is empty. */
export function readKey(key: readonly number[] | null): { readonly key?: Secret } {
  return key === null || key.length === 0 ? {} : { key: asSecret(asBytes(key)) };
}

/** ISCSI_SECURITY_FLAGS, or none; main and aggressive mode exclude each other, and so do transport and tunnel mode. */
export function readSecurityFlags(value: bigint | null): { readonly securityFlags?: number } {
  if (value === null || value === 0n) return {};
  if ((value & ~BigInt(knownSecurityFlags)) !== 0n) invalid('SecurityFlags has bits that there are not');
  const securityFlags = Number(value);
  if (modes.some((pair) => (securityFlags & pair) === pair)) invalid('SecurityFlags must be of one mode');
  return { securityFlags };
}
