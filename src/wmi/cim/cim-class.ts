// A class of a CIM namespace: what its instances are made of, where they come from, and what can be done with them.

import type { CimObject, CimType, CimValues } from './cim-value.ts';

/** A property of a class. Only a class that has `put` changes those that are writable. */
export interface CimProperty {
  readonly name: string;
  readonly type: CimType;
  /** Of an `object`: its class, which is in the same namespace. */
  readonly className?: string;
  readonly isArray: boolean;
  readonly isKey: boolean;
  readonly isWritable: boolean;
}

/** A parameter of a method, in the order of the method's own. One that goes in and comes out is both. */
export interface CimParameter {
  readonly name: string;
  readonly type: CimType;
  /** Of an `object`: its class, which is in the same namespace. */
  readonly className?: string;
  readonly isArray: boolean;
  readonly isIn: boolean;
  readonly isOut: boolean;
}

/** A method. Every one returns a uint32, which is named `ReturnValue` beside the parameters that come out. */
export interface CimMethod {
  readonly name: string;
  readonly parameters: readonly CimParameter[];
  /** Whether it belongs to the class, and not to an instance of it. */
  readonly isStatic: boolean;
}

/** The namespaces that there are, with slashes. */
export const cimNamespace = { wmi: 'root/wmi', storage: 'root/Microsoft/Windows/Storage' } as const;

/** A namespace that there is. */
export type CimNamespace = (typeof cimNamespace)[keyof typeof cimNamespace];

/** The keys of an instance, each in the form of text that `formatKey` gives. */
export type CimKeys = Readonly<Record<string, string>>;

/**
 * A class. What is wrong with the asking rejects: WmiError for an instance, a method or a parameter that there is not,
 * UsageError for a value that is not of its type. What comes of the doing is in `ReturnValue`.
 */
export interface CimClass {
  readonly namespace: CimNamespace;
  readonly name: string;
  readonly properties: readonly CimProperty[];
  readonly methods: readonly CimMethod[];
  /** Its objects are told as they happen, and there are none to be listed. */
  readonly isEvent: boolean;
  /** Its objects are parts of others, and there are none to be listed. */
  readonly isEmbedded: boolean;
  /** All that there are now. */
  instances(signal: AbortSignal): Promise<readonly CimObject[]>;
  /** Changes the properties that are given, and resolves with the instance as it is then. */
  put?(keys: CimKeys, values: CimValues, signal: AbortSignal): Promise<CimObject>;
  /**
   * `keys` are left out for a static method. What comes out is `ReturnValue` and the parameters that have a value. The case
   * of names does not matter.
   */
  invoke?(method: string, keys: CimKeys | undefined, input: CimValues, signal: AbortSignal): Promise<CimValues>;
}
