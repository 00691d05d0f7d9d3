// Tables and lists for people: plain text in columns, no lines, no colour.

import Table from 'cli-table3';

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Rows under their headings. `numeric` are the columns that are aligned to the right. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  numeric: readonly number[] = [],
): string {
  const table = new Table({
    head: [...headings],
    chars: noLines,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    colAligns: headings.map((_heading, column) => (numeric.includes(column) ? 'right' : 'left')),
  });
  for (const row of rows) table.push(row.map(String));
  return withoutTrailingSpace(table.toString());
}

/** Names with their values, one a line; a list takes a line for each of its members. */
export function formatFacts(facts: readonly (readonly [name: string, value: string | number | undefined])[]): string {
  const known = facts.filter((fact): fact is readonly [string, string | number] => fact[1] !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function withoutTrailingSpace(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
