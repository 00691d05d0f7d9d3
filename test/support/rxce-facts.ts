// test/vectors/windows/rxce.json, typed: names and values of rxce.h and rxcehdlr.h by a second reading.

import { readFileSync } from 'node:fs';

import { inRepository } from './repository.ts';

export interface ParameterFacts {
  readonly name: string;
  readonly type: string;
  readonly dir: 'in' | 'out' | 'inout';
}

export interface RxceFacts {
  readonly functions: readonly {
    readonly name: string;
    readonly params: readonly ParameterFacts[];
    readonly returns: readonly string[];
    /** Whether it runs in a system worker. */
    readonly worker: 'must' | 'should' | 'any';
  }[];
  readonly callbacks: readonly { readonly name: string; readonly params: readonly ParameterFacts[] }[];
  readonly structures: readonly {
    readonly name: string;
    readonly alias?: string;
    /** In hexadecimal, on a 64-bit system. */
    readonly signature?: string;
    readonly size?: number;
    readonly members: readonly string[];
  }[];
  readonly macros: readonly string[];
  /** Name → value in hexadecimal. */
  readonly constants: Readonly<Record<string, string>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly statuses: Readonly<Record<string, string>>;
  /** Statuses that the pages do not mention, but their neighbours. */
  readonly neighbours: Readonly<Record<string, string>>;
}

export const rxceFacts: RxceFacts = JSON.parse(
  readFileSync(inRepository('test/vectors/windows/rxce.json'), 'utf8'),
) as RxceFacts;
