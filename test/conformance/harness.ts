// What the rows of the conformance suite are made of, and how they look at what the initiator sent.

import assert from 'node:assert/strict';
import type { Heard, TargetLine } from '../support/target-line.ts';
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

/** The target transfer tag, and the task tag, that stand for none (RFC 7143 §11.2.1.8, §11.7.4). */
export const noTag = 0xffff_ffff;

/**
 * Takes the Data-Out PDUs of one sequence, up to the one with F. Asserts that they belong to this task and transfer tag,
 * that their data are those of `all` at their offsets, and that they follow one another from `from` without a gap, their
 * DataSN counting from 0. Returns the lengths.
 */
export async function dataOutSequence(
  line: TargetLine,
  due: { readonly task: number; readonly tag: number; readonly from: number; readonly all: Uint8Array },
): Promise<number[]> {
  const lengths: number[] = [];
  let at = due.from;
  for (let dataSn = 0; ; dataSn += 1) {
    const heard = await line.expect(0x05);
    const { data } = heard;
    holds(heard, { initiatorTaskTag: due.task, targetTransferTag: due.tag, dataSn, bufferOffset: at });
    assert.ok(data.length > 0 && at + data.length <= due.all.length, 'data beyond the end of the command');
    assert.deepEqual(data, Buffer.from(due.all.subarray(at, at + data.length)));
    lengths.push(data.length);
    at += data.length;
    if (fieldsOf(heard.bhs)['isFinal'] === true) return lengths;
  }
}
