// What a structure is in TypeScript: the members of its table under their names, each of the type that the table says.

import type { StructureName, structures } from '../structures/index.ts';

type Fact<N extends StructureName> = (typeof structures)[N][number];

/** What a fact says of an array. */
type Many = { readonly length: number } | { readonly count: string };

interface Scalars {
  boolean: boolean;
  uint8: number;
  uint16: number;
  uint32: number;
  uint64: bigint;
  string: string;
}

/** Members that an encoder fills in by itself: counts of arrays, and what is reserved. */
type FilledIn<N extends StructureName> = Extract<Fact<N>, { readonly count: string }>['count'] | `Reserved${string}`;

type DecodedOne<T> = T extends keyof Scalars ? Scalars[T] : T extends StructureName ? StructureValue<T> : never;

type Decoded<F> = F extends { readonly type: infer T }
  ? F extends Many
    ? T extends 'uint8'
      ? Uint8Array
      : readonly DecodedOne<T>[]
    : DecodedOne<T>
  : never;

type GivenOne<T> = T extends keyof Scalars ? Scalars[T] : T extends StructureName ? StructureInput<T> : never;

type Given<F> = F extends { readonly type: infer T }
  ? F extends Many
    ? T extends 'uint8'
      ? Uint8Array
      : readonly GivenOne<T>[]
    : GivenOne<T>
  : never;

/** A structure as decodeStructure gives it: 64 bits are a bigint, arrays of bytes are Uint8Array, strings are strings. */
export type StructureValue<N extends StructureName> = {
  readonly [F in Fact<N> as F['name']]: Decoded<F>;
};

/**
 * A structure as encodeStructure takes it. Counts and reserved members may be left out, at any depth: counts are always
 * those of the arrays, reserved members are 0. A StructureValue will do.
 */
export type StructureInput<N extends StructureName> = {
  readonly [F in Fact<N> as F['name'] extends FilledIn<N> ? never : F['name']]: Given<F>;
} & {
  readonly [F in Fact<N> as F['name'] extends FilledIn<N> ? F['name'] : never]?: Given<F>;
};
