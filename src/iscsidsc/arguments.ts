// Reads arguments as they come from callers that no compiler has checked; each reader ends the call with
// ERROR_INVALID_PARAMETER for what is not of the header's type. NULL is null or undefined; an empty string is none, too.

import { toHex } from '../base/index.ts';
import { badArgument } from './answer.ts';

/** The members of a structure. */
export type Members = Readonly<Record<string, unknown>>;

/** A string, of one sign or more. */
export function readText(value: unknown, name: string, limit = 1024): string {
  if (typeof value === 'string' && value !== '' && value.length <= limit && !value.includes('\0')) return value;
  return badArgument(name, `a string of 1 to ${limit} characters`);
}

/** A string, or none. */
export function readOptionalText(value: unknown, name: string, limit = 1024): string | undefined {
  return isNull(value) || value === '' ? undefined : readText(value, name, limit);
}

/** An unsigned integer of so many bits, 32 at most; none is the value to use for it. */
export function readUnsigned(value: unknown, name: string, bits: 8 | 16 | 32, none?: number): number {
  if (isNull(value) && none !== undefined) return none;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
  return badArgument(name, `an integer from 0 to ${2 ** bits - 1}`);
}

/** ULONGLONG. */
export function readUnsigned64(value: unknown, name: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === 'bigint' && BigInt.asUintN(64, value) === value) return value;
  return badArgument(name, 'a bigint, or a safe integer, of 64 bits without sign');
}

/** A set of bits, of ULONG or ULONGLONG; none is no bits. */
export function readBits(value: unknown, name: string, known: Readonly<Record<string, number>>): number {
  const bits = isNull(value) ? 0n : readUnsigned64(value, name);
  const all = Object.values(known).reduce((sum, bit) => sum | bit, 0);
  return (bits & ~BigInt(all)) === 0n ? Number(bits) : badArgument(name, `made of the bits 0x${all.toString(16)}`);
}

/** BOOLEAN. */
export function readBoolean(value: unknown, name: string): boolean {
  return typeof value === 'boolean' ? value : badArgument(name, 'true or false');
}

/** Bytes, or text that stands for its UTF-8. */
export function readBytes(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  return value instanceof Uint8Array ? value : badArgument(name, 'a string or bytes');
}

/** A secret in the form that the service takes. */
export function asSecret(bytes: Uint8Array): { readonly hex: string } {
  return { hex: toHex(bytes) };
}

/** A structure. */
export function readStructure(value: unknown, name: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  return badArgument(name, 'a structure');
}

/** An array, whose count, where the caller gives one, is the one that it has. */
export function readArray(value: unknown, name: string, count: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return badArgument(name, 'an array');
  requireCount(value.length, name, count);
  return value as readonly unknown[];
}

/** Ends the call where the caller counts otherwise. */
export function requireCount(length: number, name: string, count: unknown): void {
  if (!isNull(count) && count !== length) badArgument(name, `as long as the length beside it says, which it is not`);
}

/** A parameter that must be NULL. */
export function requireNull(value: unknown, name: string): void {
  if (!isNull(value) && value !== 0) badArgument(name, 'null');
}

/** Whether a caller gives nothing. */
export function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
