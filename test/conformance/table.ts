// The conformance table: every chapter with its rows, in the order of docs/conformance.md.

import type { Row } from './harness.ts';
import { rows as chapChallenge } from './rows/chap-challenge.ts';
import { rows as chapProof } from './rows/chap-proof.ts';
import { rows as connections } from './rows/connections.ts';
import { rows as connectionsLeaving } from './rows/connections-leaving.ts';
import { rows as fullFeatureCommands } from './rows/full-feature-commands.ts';
import { rows as fullFeatureDataIn } from './rows/full-feature-data-in.ts';
import { rows as fullFeatureMessages } from './rows/full-feature-messages.ts';
import { rows as fullFeatureNumbering } from './rows/full-feature-numbering.ts';
import { rows as fullFeatureTasks } from './rows/full-feature-tasks.ts';
import { rows as fullFeatureText } from './rows/full-feature-text.ts';
import { rows as fullFeatureWrite } from './rows/full-feature-write.ts';
import { rows as loginKeys } from './rows/login-keys.ts';
import { rows as loginSteps } from './rows/login-steps.ts';
import { rows as recoveryConnection } from './rows/recovery-connection.ts';
import { rows as recoveryErrors } from './rows/recovery-errors.ts';
import { rows as recoverySession } from './rows/recovery-session.ts';

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
    source: 'Case ids of the UNH-IOL full feature phase test suite for iSCSI initiators, v0.1.',
    modules: {
      'full-feature-numbering': fullFeatureNumbering,
      'full-feature-write': fullFeatureWrite,
      'full-feature-data-in': fullFeatureDataIn,
      'full-feature-messages': fullFeatureMessages,
      'full-feature-commands': fullFeatureCommands,
      'full-feature-text': fullFeatureText,
      'full-feature-tasks': fullFeatureTasks,
    },
  },
  {
    key: 'login',
    title: 'Login',
    source:
      'Case ids of the UNH-IOL login phase test suite for iSCSI initiators, v3.0, as far as they could be read (to 23.1); the procedures are ours, from RFC 7143.',
    modules: { 'login-steps': loginSteps, 'login-keys': loginKeys },
  },
  {
    key: 'chap',
    title: 'CHAP',
    source:
      'Case ids of the UNH-IOL CHAP test suite for iSCSI initiators, v3.1, as far as they could be read (to 5.3); the procedures are ours, from RFC 7143.',
    modules: { 'chap-challenge': chapChallenge, 'chap-proof': chapProof },
  },
  {
    key: 'mcs',
    title: 'Many connections',
    source: 'Ours: no suite for initiators was found. From RFC 7143.',
    modules: { connections, 'connections-leaving': connectionsLeaving },
  },
  {
    key: 'recovery',
    title: 'Recovery',
    source: 'Ours: no suite for initiators was found. From RFC 7143, with case names of other implementations in mind.',
    modules: {
      'recovery-session': recoverySession,
      'recovery-connection': recoveryConnection,
      'recovery-errors': recoveryErrors,
    },
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
