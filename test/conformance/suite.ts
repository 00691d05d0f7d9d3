// The whole suite: every row against the initiator as it is, and against its mutant.

import { mutants } from './mutants.ts';
import { type Order, runRows, type Verdict } from './row-runner.ts';
import { type Entry, entries } from './table.ts';

/** What became of one row. */
export interface Finding {
  readonly key: string;
  readonly title: string;
  /** Undefined for a row without a test. */
  readonly plain: Verdict | undefined;
  /** Undefined for a row without a mutant. */
  readonly mutated: Verdict | undefined;
}

/** Runs the rows of `which`, or all. */
export async function runSuite(which: readonly Entry[] = entries()): Promise<Finding[]> {
  const tested = which.filter(({ row }) => row.test !== undefined);
  const plainOrders: Order[] = tested.map(({ module, row }) => ({ module, id: row.id }));
  const withMutant = tested.filter(({ key }) => mutants.has(key));
  const mutantOrders: Order[] = withMutant.map(({ module, row, key }) => ({ module, id: row.id, mutant: key }));
  const verdicts = await runRows([...plainOrders, ...mutantOrders]);
  const plain = new Map(tested.map(({ key }, at) => [key, verdicts[at]]));
  const mutated = new Map(withMutant.map(({ key }, at) => [key, verdicts[tested.length + at]]));
  return which.map(({ key, row }) => ({ key, title: row.title, plain: plain.get(key), mutated: mutated.get(key) }));
}

/** What is wrong with a finding; undefined for nothing. */
export function faultOf({ plain, mutated }: Finding): string | undefined {
  if (plain === undefined) return undefined;
  if (plain.outcome !== 'passed') return `${plain.outcome}: ${plain.text}`;
  if (mutated === undefined) return 'the row has no mutant';
  if (mutated.outcome === 'passed') return 'the mutant passes: the test cannot fail';
  if (mutated.outcome === 'crashed') return `the mutant proves nothing: ${mutated.text}`;
  return undefined;
}
