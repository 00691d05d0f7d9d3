// All mutants, by the row that they belong to.

import type { Mutant } from './mutant.ts';
import { chapMutants } from './mutants/chap.ts';
import { connectionMutants } from './mutants/connections.ts';
import { fullFeatureDataMutants } from './mutants/full-feature-data.ts';
import { fullFeatureRequestMutants } from './mutants/full-feature-requests.ts';
import { loginMutants } from './mutants/login.ts';
import { recoveryMutants } from './mutants/recovery.ts';

const all: readonly Mutant[] = [
  ...fullFeatureDataMutants,
  ...fullFeatureRequestMutants,
  ...loginMutants,
  ...chapMutants,
  ...connectionMutants,
  ...recoveryMutants,
];

/** Mutant of each row, by chapter and id. */
export const mutants: ReadonlyMap<string, Mutant> = new Map(all.map((mutant) => [mutant.row, mutant]));
if (mutants.size !== all.length) throw new Error('a row has two mutants');
