// docs/conformance.md: every row of the conformance suite, its clause, and whether a test and a mutant stand behind it.

import type { Row } from '../../test/conformance/harness.ts';
import { mutants } from '../../test/conformance/mutants.ts';
import { type Chapter, chapters, entries } from '../../test/conformance/table.ts';
import { generatedFrom, table } from './page.ts';

export function conformancePage(): string {
  const all = entries();
  const tested = all.filter(({ row }) => row.test !== undefined).length;
  const counts = chapters.map((chapter) => {
    const rows = entries([chapter]);
    const open = rows.filter(({ row }) => row.test === undefined).length;
    return [chapter.title, String(rows.length), String(rows.length - open), String(open)];
  });
  return `${generatedFrom('test/conformance/table.ts')}

# Conformance of the initiator

${all.length} cases, ${tested} of them with a test. In each a scripted target drives the initiator through the door of the session and looks
at what it sends: header fields are read by the tables of \`test/vectors\`, which were written from RFC 7143 without a look
at the codec. Every test has a *mutant*, a deliberate defect that is put into one compiled module while it is loaded; the
test has to fail on it. \`npm test\` runs each row both ways and fails when a row does not pass, when a mutant is not
noticed, or when the text that a mutant changes is no longer there; \`npm run conformance\` runs the suite alone and shows
what each mutant broke. Nothing of this is in the product's source. A row without a test is a gap and says why.

${table(['chapter', 'rows', 'tested, mutant noticed', 'gaps'], counts)}

${chapters.map(section).join('\n\n')}
`;
}

function section(chapter: Chapter): string {
  const inOrder = entries([chapter]).sort((a, b) => a.row.id.localeCompare(b.row.id, 'en', { numeric: true }));
  const rows = inOrder.map(({ key, row }) => [row.id, row.clause, row.title, stateOf(key, row)]);
  return `## ${chapter.title}

${chapter.source}

${table(['id', 'RFC 7143', 'what must be seen', 'mutant that fails it'], rows)}`;
}

function stateOf(key: string, row: Row): string {
  return row.gap === undefined ? (mutants.get(key)?.defect ?? 'none') : `**gap**: ${row.gap}`;
}
