// npm run conformance: runs the suite and tells of every row, what it found and what its mutant broke.
// Usage: node dist/test/conformance/run.js [PREFIX...]  PREFIX is the beginning of a row's key, as "ffp 1." or "chap".

import { faultOf, runSuite } from './suite.ts';
import { entries } from './table.ts';

const prefixes = process.argv.slice(2);
const chosen = entries().filter(
  ({ key }) => prefixes.length === 0 || prefixes.some((prefix) => key.startsWith(prefix)),
);
const findings = await runSuite(chosen);
const lines = findings.map((finding) => {
  const { key, title, plain, mutated } = finding;
  const fault = faultOf(finding);
  if (plain === undefined) return `gap    ${key}  ${title}`;
  if (fault !== undefined) return `FAULT  ${key}  ${title}\n       ${fault}`;
  return `ok     ${key}  ${title}\n       mutant: ${mutated?.text.replaceAll('\n', ' ').slice(0, 160) ?? ''}`;
});
process.stdout.write(`${lines.join('\n')}\n`);
const faults = findings.filter((finding) => faultOf(finding) !== undefined).length;
const tested = findings.filter(({ plain }) => plain !== undefined).length;
process.stdout.write(`${findings.length} rows, ${tested} tested, ${faults} at fault\n`);
process.exitCode = faults > 0 ? 1 : 0;
