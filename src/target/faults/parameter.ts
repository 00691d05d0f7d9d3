// Parameters of faults: what a value may be, and how one is read from text.

import { UsageError } from '../../base/index.ts';

/** A value as a program gives it; in text it is written as it prints. */
export type FaultValue = string | number | boolean;

/** What values a parameter takes. */
export type ParameterKind =
  | { readonly type: 'integer'; readonly low: number; readonly high: number }
  /** Bytes; in text with k, M, G or T for powers of 1024 if wanted. */
  | { readonly type: 'size' }
  /** From 0 to 1. */
  | { readonly type: 'fraction' }
  /** `yes` or `no` in text. */
  | { readonly type: 'flag' }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  | { readonly type: 'text'; readonly pattern: RegExp; readonly example: string };

/** One parameter of a fault. */
export interface FaultParameter {
  readonly key: string;
  readonly kind: ParameterKind;
  /** What the number counts: `ms`, `bytes`, … */
  readonly unit?: string;
  /** What holds when it is not given; without one the parameter is absent, and so is its effect. */
  readonly standard?: FaultValue;
  /** It has to be given. */
  readonly isRequired?: boolean;
  /** A phrase for people. */
  readonly meaning: string;
}

type Extra = Pick<FaultParameter, 'unit' | 'standard' | 'isRequired'>;

/** A whole number from `low` to `high`; decimal or 0x and hexadecimal in text. */
export function integer(
  key: string,
  range: readonly [number, number],
  meaning: string,
  extra: Extra = {},
): FaultParameter {
  return { key, kind: { type: 'integer', low: range[0], high: range[1] }, meaning, ...extra };
}

export function size(key: string, meaning: string, extra: Extra = {}): FaultParameter {
  return { key, kind: { type: 'size' }, meaning, unit: 'bytes', ...extra };
}

export function fraction(key: string, meaning: string, extra: Extra = {}): FaultParameter {
  return { key, kind: { type: 'fraction' }, meaning, ...extra };
}

export function flag(key: string, meaning: string, extra: Extra = {}): FaultParameter {
  return { key, kind: { type: 'flag' }, meaning, ...extra };
}

export function choice(key: string, choices: readonly string[], meaning: string, extra: Extra = {}): FaultParameter {
  return { key, kind: { type: 'choice', choices }, meaning, ...extra };
}

/** A text that the whole of `pattern` matches. */
export function text(
  key: string,
  pattern: RegExp,
  example: string,
  meaning: string,
  extra: Extra = {},
): FaultParameter {
  return { key, kind: { type: 'text', pattern, example }, meaning, ...extra };
}

/** The values of a kind in words, for help and errors. */
export function describeKind(kind: ParameterKind): string {
  switch (kind.type) {
    case 'integer':
      return `a whole number from ${kind.low} to ${kind.high}`;
    case 'size':
      return 'a number of bytes such as 65536, 64k or 1G';
    case 'fraction':
      return 'a number from 0 to 1';
    case 'flag':
      return 'yes or no';
    case 'choice':
      return kind.choices.join(', ');
    case 'text':
      return `a text such as ${kind.example}`;
  }
}

/** Checks a value, from a program or from text. @throws UsageError `ISCSI_BAD_ARGUMENT` that names fault and key. */
export function readValue(fault: string, parameter: FaultParameter, given: unknown): FaultValue {
  const { key, kind } = parameter;
  const value = valueOf(kind, given);
  if (value !== undefined) return value;
  throw new UsageError(
    'ISCSI_BAD_ARGUMENT',
    `The ${key} of the fault ${fault} is ${describeKind(kind)}, not ${JSON.stringify(given)}`,
    { argument: key },
  );
}

function valueOf(kind: ParameterKind, given: unknown): FaultValue | undefined {
  switch (kind.type) {
    case 'integer': {
      const number = numberOf(given, /^(?:\d{1,15}|0x[\da-f]{1,12})$/i);
      return Number.isInteger(number) && number >= kind.low && number <= kind.high ? number : undefined;
    }
    case 'size':
      return sizeOf(given);
    case 'fraction': {
      const number = numberOf(given, /^(?:\d+(?:\.\d+)?|\.\d+)$/);
      return number >= 0 && number <= 1 ? number : undefined;
    }
    case 'flag':
      if (given === 'yes' || given === true) return true;
      return given === 'no' || given === false ? false : undefined;
    case 'choice':
      return typeof given === 'string' && kind.choices.includes(given) ? given : undefined;
    case 'text':
      return typeof given === 'string' && given.length <= 255 && kind.pattern.test(given) ? given : undefined;
  }
}

const powers = { '': 0, k: 1, m: 2, g: 3, t: 4 } as const;

function sizeOf(given: unknown): number | undefined {
  const match = /^(?<digits>\d{1,15})(?<unit>[kmgt]?)$/i.exec(String(given));
  const unit = match?.groups?.['unit']?.toLowerCase() as keyof typeof powers | undefined;
  if (unit === undefined) return undefined;
  const bytes = Number(match?.groups?.['digits']) * 1024 ** powers[unit];
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

function numberOf(given: unknown, pattern: RegExp): number {
  if (typeof given === 'number') return given;
  return typeof given === 'string' && pattern.test(given) ? Number(given) : Number.NaN;
}
