// What the rows of the conformance suite are made of, and how they look at what the initiator sent.

import assert from 'node:assert/strict';
import type { Heard } from '../support/target-line.ts';
import { type FieldValue, oracleDecode, oracleName } from '../vectors/oracle.ts';

/** One case: what must be seen of the initiator, by which clause, and the scripted target that looks for it. */
export interface Row {
  /** Unique in its chapter. */
  readonly id: string;
  /** Clause of RFC 7143. */
  readonly clause: string;
  readonly title: string;
  /** Resolves when the initiator behaves; rejects with an AssertionError when it does not. */
  readonly test: (() => Promise<void>) | undefined;
  /** Why there is no test. */
  readonly gap: string | undefined;
}

/** A case with its test. */
export function row(id: string, clause: string, title: string, test: () => Promise<void>): Row {
  return { id, clause, title, test, gap: undefined };
}

/** A case that cannot be held against this initiator, and why. */
export function gap(id: string, clause: string, title: string, reason: string): Row {
  return { id, clause, title, test: undefined, gap: reason };
}

/** The fields of a header as the layout tables of test/vectors read them: by another hand than the product's codec. */
export function fieldsOf(bhs: Uint8Array): Readonly<Record<string, FieldValue>> {
  const name = oracleName(bhs);
  assert.ok(name !== undefined, `opcode ${bhs[0]! & 0x3f} is none of RFC 7143 §11.2.1.2`);
  return oracleDecode(name, bhs);
}

/** Asserts what some fields of a header hold, byte for byte as RFC 7143 §11 places them. */
export function holds(heard: Heard, expected: Readonly<Record<string, FieldValue>>, message?: string): void {
  const all = fieldsOf(heard.bhs);
  const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, all[name]]));
  assert.deepEqual(seen, { ...expected }, message);
}
