// The conformance table: every chapter with its rows, in the order of docs/conformance.md.

import type { Row } from './harness.ts';
import { rows as numbering } from './rows/full-feature-numbering.ts';

/** A group of rows. */
export interface Chapter {
  /** Stands before the ids of its rows. */
  readonly key: string;
  readonly title: string;
  /** Where its list of cases comes from. */
  readonly source: string;
  /** Rows by the module of test/conformance/rows that holds them. */
  readonly modules: Readonly<Record<string, readonly Row[]>>;
}

export const chapters: readonly Chapter[] = [
  {
    key: 'ffp',
    title: 'Full feature phase',
    source: 'Case ids of the UNH-IOL full feature phase test suite for iSCSI initiators, v0.1',
    modules: { 'full-feature-numbering': numbering },
  },
];

/** One row and where it stands. */
export interface Entry {
  /** Chapter and id, as `ffp 1.1`. */
  readonly key: string;
  /** Name of its module in test/conformance/rows. */
  readonly module: string;
  readonly row: Row;
}

/** The rows of one chapter, or of all. */
export function entries(of: readonly Chapter[] = chapters): Entry[] {
  return of.flatMap(({ key, modules }) =>
    Object.entries(modules).flatMap(([module, rows]) => rows.map((row) => ({ key: `${key} ${row.id}`, module, row }))),
  );
}
