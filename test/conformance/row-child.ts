// A process that runs rows one after the other, as its parent asks: each against the initiator as it is, or against a mutant.
// Started by row-runner.ts with mutant-loader.ts registered.

import assert from 'node:assert/strict';
import { register } from 'node:module';
import { nextTurn } from '../../src/base/index.ts';
import type { Row } from './harness.ts';
import type { Order, Verdict } from './row-runner.ts';

register('./mutant-loader.js', import.meta.url);

/** Turns of the event loop after a row, in which a rejection that nobody handles still comes up. */
const afterwards = 4;

const unhandled: string[] = [];
const onUnhandled = (error: unknown): void => {
  unhandled.push(`unhandled: ${textOf(error)}`);
};
process.on('unhandledRejection', onUnhandled);
process.on('uncaughtException', onUnhandled);

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
}

/** What a failure of a row is: the claim of the test, or the initiator ending with an error where it should not. */
function verdictOf(error: unknown): Verdict {
  // An error in the body and another one while its bench is put away come as one.
  const first: unknown =
    error instanceof Error && error.name === 'SuppressedError' ? Reflect.get(error, 'suppressed') : error;
  // A mutant has classes of its own, which `instanceof` does not know.
  const isEnd = first instanceof Error && /^I?SCSI_/.test(String(Reflect.get(first, 'code')));
  const isProof = first instanceof assert.AssertionError || isEnd;
  return isProof ? { outcome: 'failed', text: first.message } : { outcome: 'crashed', text: textOf(first) };
}

async function run({ module, id, mutant }: Order): Promise<Verdict> {
  unhandled.length = 0;
  try {
    const mark = mutant === undefined ? '' : `?mutant=${encodeURIComponent(mutant)}`;
    const loaded = (await import(`./rows/${module}.js${mark}`)) as { rows: readonly Row[] };
    const row = loaded.rows.find((each) => each.id === id);
    if (row?.test === undefined) throw new Error(`${module} has no test of ${id}`);
    await row.test();
    for (let turn = 0; turn < afterwards; turn += 1) await nextTurn();
    if (unhandled.length > 0) return { outcome: 'crashed', text: unhandled.join('; ') };
    return { outcome: 'passed', text: '' };
  } catch (error) {
    return verdictOf(error);
  }
}

process.on('message', (order: Order) => {
  run(order).then(
    (verdict) => process.send?.(verdict),
    () => process.exit(1),
  );
});
process.send?.('ready');
