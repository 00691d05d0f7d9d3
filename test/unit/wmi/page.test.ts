// docs/wmi.md against the facts read a second time: everything is on it, once, and the tests that it names are there.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { proofs } from '../../../scripts/docs/wmi-page.ts';
import { states } from '../../../scripts/docs/wmi-standing.ts';
import { inRepository } from '../../support/repository.ts';
import { wmiFacts } from '../../support/wmi-facts.ts';

const page = readFileSync(inRepository('docs/wmi.md'), 'utf8');

/** The rows of the table under a heading, cell by cell. */
function rowsUnder(heading: string): string[][] {
  const [, section = ''] = page.split(`\n# ${heading}\n`);
  const [own = ''] = section.split('\n# ');
  const lines = own.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.slice(2, -2).split(' | '));
}

function names(rows: readonly string[][]): string[] {
  return rows.map(([name = '']) => name.replaceAll('`', ''));
}

const methodNames = (classes: Readonly<Record<string, { readonly methods: object }>>): string[] =>
  Object.entries(classes).flatMap(([name, { methods }]) => {
    const own = Array.isArray(methods)
      ? (methods as { name: string }[]).map((each) => each.name)
      : Object.keys(methods);
    return own.map((method) => `${name}.${method}`);
  });

const { classes, structures, userModeClasses } = wmiFacts;

/** Value sets with a table of the page; those of the event log have one of their own. */
const valueSets = Object.entries(wmiFacts.valueSets).filter(([name]) => name !== 'EVENTLOG_MESSAGE_QUALIFIERS');
const setNames: Readonly<Record<string, readonly string[]>> = {
  'ISCSI_HEADER_INTEGRITY / ISCSI_DATA_INTEGRITY': ['ISCSI_HEADER_INTEGRITY', 'ISCSI_DATA_INTEGRITY'],
  'MSiSCSI_LB policy': ['MSiSCSI_LB'],
};

/** Heading → what must be under it. */
const sections: Readonly<Record<string, readonly string[]>> = {
  Classes: Object.keys(classes),
  Methods: methodNames(classes),
  Structures: Object.keys(structures),
  'Value sets': valueSets.flatMap(([name]) => setNames[name] ?? [name]),
  'Codes of the event log': Object.keys(wmiFacts.valueSets['EVENTLOG_MESSAGE_QUALIFIERS']?.values ?? {}),
  'Classes of user mode': Object.keys(userModeClasses),
  'Methods of user mode': methodNames(userModeClasses),
};

test('the page has each class, method, structure, value set and event code of the facts, and each class and method of user mode, once', () => {
  const counts = Object.entries(sections).map(([heading, facts]) => {
    const found = names(rowsUnder(heading));
    assert.deepEqual(found.toSorted(), facts.toSorted(), heading);
    return found.length;
  });
  assert.deepEqual(counts, [53, 27, 99, 23, 72, 21, 27]);
});

test('each row says what there is of it, and by which test it is known', () => {
  const known = new Set(proofs.map(([file, title]) => `${file}: ${title}`));
  // Of the value sets and codes the sections say once for all by which test they are known.
  const ofAll = ['Value sets', 'Codes of the event log'];
  for (const heading of Object.keys(sections).filter((each) => !ofAll.includes(each))) {
    for (const row of rowsUnder(heading)) {
      assert.ok(
        row.some((cell) => states.some((state) => state === cell)),
        row.join(),
      );
      const named = (row.at(-1) ?? '').split('<br>').map((proof) => proof.replaceAll('\\|', '|'));
      assert.ok(named.length > 0 && named.every((proof) => known.has(proof)), row.join());
    }
  }
  assert.doesNotMatch(page, /nothing is said of it/);
});

test('the tests that the page names are there, under these titles', () => {
  assert.ok(proofs.length > 50);
  for (const [file, title] of proofs) {
    const path = inRepository(`test/${file}.test.ts`);
    assert.ok(existsSync(path), file);
    const text = readFileSync(path, 'utf8');
    assert.ok(
      [`'${title}'`, `\`${title}\``].some((quoted) => text.includes(`test(${quoted}`)),
      `${file}: ${title}`,
    );
  }
});
