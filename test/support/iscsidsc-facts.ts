// test/vectors/iscsidsc.json, typed: names and values of iscsidsc.h and iscsierr.h by a second reading.

import { readFileSync } from 'node:fs';

import { inRepository } from './repository.ts';

/** The parameters of a function, by direction. */
export interface FunctionFacts {
  readonly in: readonly string[];
  readonly inout: readonly string[];
  readonly out: readonly string[];
}

export interface IscsidscFacts {
  /** Name → value in hexadecimal. */
  readonly codes: Readonly<Record<string, string>>;
  /** Class and detail of a Login Response in hexadecimal → name. */
  readonly loginStatus: Readonly<Record<string, string>>;
  readonly constants: Readonly<Record<string, number>>;
  readonly flags: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly structures: Readonly<Record<string, readonly string[]>>;
  readonly functions: Readonly<Record<string, FunctionFacts>>;
}

export const iscsidscFacts: IscsidscFacts = JSON.parse(
  readFileSync(inRepository('test/vectors/iscsidsc.json'), 'utf8'),
) as IscsidscFacts;
