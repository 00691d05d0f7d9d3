// test/vectors/windows/wmi.json, typed: structures, classes and values of the MSiSCSI WMI contract by a second reading.

import { readFileSync } from 'node:fs';

import { inRepository } from './repository.ts';

/** A member of a structure. */
export interface MemberFacts {
  readonly name: string;
  /** The C type: `ULONG`, `WCHAR[223+1]`, `UCHAR[1]`, `ISCSI_TargetPortal[1]`, … */
  readonly type: string;
  /** The WMI type: `uint32`, `string`, `uint8[]`, `ISCSI_TargetPortal[]`, … */
  readonly wmi: string;
  /** The WMI data id. */
  readonly id: number;
  /** The offset; absent behind a variable part. */
  readonly at?: number;
  /** The offset while every variable part before has one element. */
  readonly nominalAt?: number;
  readonly size: number;
  /** Of a variable array: the member that has its count. */
  readonly count?: string;
  /** On the wire, but in the header only as a comment. */
  readonly commentOnly?: true;
}

export interface StructureFacts {
  readonly header: string;
  readonly size: number;
  readonly align: number;
  readonly sizeMacro?: number;
  readonly variable: boolean;
  readonly members: readonly MemberFacts[];
}

export interface ClassFacts {
  readonly header: string;
  readonly kind: string;
  readonly guid: string;
  readonly structure?: string;
  readonly base?: string;
  readonly properties: readonly { readonly name: string; readonly type: string; readonly access?: string }[];
  readonly methods: readonly {
    readonly name: string;
    readonly id: number;
    readonly in?: string;
    readonly out: string;
  }[];
}

export interface ValueSetFacts {
  readonly header: string;
  readonly isBits?: true;
  readonly values: Readonly<Record<string, number>>;
}

export interface UserModeClassFacts {
  readonly namespace: string;
  readonly keys: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly methods: Readonly<
    Record<string, { readonly in: Readonly<Record<string, string>>; readonly out: Readonly<Record<string, string>> }>
  >;
}

/** A method's parameters, in and out. */
export type MethodFacts = UserModeClassFacts['methods'][string];

export interface WmiFacts {
  readonly structures: Readonly<Record<string, StructureFacts>>;
  readonly classes: Readonly<Record<string, ClassFacts>>;
  readonly valueSets: Readonly<Record<string, ValueSetFacts>>;
  readonly userModeClasses: Readonly<Record<string, UserModeClassFacts>>;
  /** Where a running system says otherwise; methods as `class.method`. */
  readonly liveSchema: { readonly methods: Readonly<Record<string, MethodFacts>> };
}

export const wmiFacts: WmiFacts = JSON.parse(
  readFileSync(inRepository('test/vectors/windows/wmi.json'), 'utf8'),
) as WmiFacts;

/** The structure of that name; throws where there is none. */
export function structureFacts(name: string): StructureFacts {
  const facts = wmiFacts.structures[name];
  if (facts === undefined) throw new Error(`there is no structure ${name} in wmi.json`);
  return facts;
}
