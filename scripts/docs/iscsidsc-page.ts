// docs/iscsidsc.md: the Discovery Library API call by call, and the status codes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  isdscCodes,
  type StatusFacts,
  type StatusName,
  statusFacts,
  statusOfCode,
  statusValue,
  win32Codes,
} from '../../src/iscsidsc/index.ts';
import { callRules } from './iscsidsc-rules.ts';
import { readSignatures, type Signature } from './iscsidsc-signatures.ts';
import { commonStatuses, ofLogin } from './iscsidsc-statuses.ts';
import { generatedFrom, table } from './page.ts';

/** The titles of tests that begin with the name of a call, by that name. */
export function readTitles(folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const titles = folders
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\btest\(\s*(['`])(\w+): (.*?)\1,/gs)])
    .map(([, , name = '', title = '']): readonly [string, string] => [name, title]);
  return new Map(titles.map(([name]) => [name, titles.filter(([other]) => other === name).map(([, title]) => title)]));
}

/** The page, for the repository at `root`. */
export function iscsidscPage(root: string): string {
  const signatures = [...readSignatures(join(root, 'src/iscsidsc')).values()];
  const titles = readTitles(['test/unit/iscsidsc', 'test/integration/iscsidsc'].map((folder) => join(root, folder)));
  const calls = signatures.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  return `${generatedFrom('src/iscsidsc, src/base/isdsc, scripts/docs/iscsidsc-rules.ts and the titles of its tests')}

# The Discovery Library API

\`hawser/iscsidsc\` has the ${calls.length} functions of \`iscsidsc.h\` over the initiator service, in this process or over its socket:

\`\`\`ts
import { connectIscsiDsc, ERROR_SUCCESS } from 'hawser/iscsidsc';

const dsc = connectIscsiDsc({ socketPath: '/run/hawser/hawser.sock' });
const login = await dsc.LoginIScsiTarget('iqn.2026-11.example:disk', false);
if (login.Status === ERROR_SUCCESS) await dsc.LogoutIScsiTarget(login.UniqueSessionId);
\`\`\`

Each takes the in-parameters of the header in their order, without buffers and their sizes, and resolves with \`Status\`, a
number of \`iscsierr.h\`, \`winerror.h\` or Winsock, and with its out-parameters by their names. None throws, whatever it is
given: what is not of the header's type is \`ERROR_INVALID_PARAMETER\`. With any other status than 0, \`Cause\` is the error
that stands behind it (docs/errors.md). NULL is \`null\`, or left out at the end; an empty string is NULL too. Structures
have the header's member names; ids are \`{ AdapterUnique, AdapterSpecific }\`, 64 bits each as \`bigint\`. Lengths and counts
stand beside what they count in what comes out, and may be left out of what goes in, but may not be wrong.

Below, *(by text)* marks a rule that is read from the text or the name of a status code, and *(ours)* one that is our choice
where the documents are silent or disagree; all others are documented for the call. Any call may also end with one of
${codes(commonStatuses)}.

A call that logs in, to a target or to ask a portal, may also end with one of *those of logins*:
${codes(ofLogin)}.

Under each call stand the titles of its tests; test/unit/iscsidsc/statuses.test.ts has a row besides for what the service
rejects with and the status that becomes of it.

${calls.map((call) => section(call, titles.get(call.name) ?? [])).join('\n\n')}

# The status codes

Those of \`iscsierr.h\`, ${Object.keys(isdscCodes).length} in all, and those of Win32 and Winsock that calls answer with. The last column has the error
codes that a status stands for, or in brackets the one that comes nearest where none is answered with it.

${table(['value', 'name', 'severity', 'text', 'error codes'], Object.keys({ ...isdscCodes, ...win32Codes }).map(codeRow))}
`;
}

function section(call: Signature, titles: readonly string[]): string {
  const { statuses = [], rules = [] } = callRules[call.name as keyof typeof callRules] ?? {};
  const out = call.outNames.map((name, index) => `\`${name}\`: \`${call.outTypes[index] ?? ''}\``);
  return `## ${call.name}

\`\`\`ts
${call.name}(${call.parameters.join(', ')})
\`\`\`

${call.text}

- Out: ${out.length === 0 ? 'nothing but Status' : out.join(', ')}.
- Its own statuses: ${ownStatuses(statuses)}.

${rules.map((rule) => `- ${marked(rule)}`).join('\n')}

Proved by:
${titles.map((title) => `- ${title}`).join('\n')}`;
}

function ownStatuses(names: readonly StatusName[]): string {
  const isLogin = ofLogin.every((name) => names.includes(name));
  const others = isLogin ? names.filter((name) => !ofLogin.includes(name)) : names;
  const listed = [...(isLogin ? ['those of logins'] : []), ...(others.length === 0 ? [] : [codes(others)])];
  return listed.length === 0 ? 'none' : listed.join(', ');
}

function codes(names: readonly StatusName[]): string {
  return [...new Set(names)].map((name) => `\`${name}\``).join(', ');
}

/** The mark of a rule in italics, with what explains it. */
function marked(rule: string): string {
  return rule.replace(/ \((by text|ours)(:[^)]*)?\)/g, (_all, mark: string, why: string | undefined) => {
    return ` *(${mark}${why ?? ''})*`;
  });
}

function codeRow(name: string): string[] {
  const status = name as StatusName;
  const facts: StatusFacts | undefined = statusFacts(statusValue(status));
  const own = Object.entries(statusOfCode).filter(([, each]) => each === status);
  const nearest = facts?.code === undefined ? '' : `(\`${facts.code}\`)`;
  const value = statusValue(status);
  return [
    value >= 0xafff0000 ? `0x${value.toString(16).toUpperCase()}` : String(value),
    `\`${name}\``,
    facts?.severity ?? '',
    facts?.text ?? '',
    own.length === 0 ? nearest : own.map(([code]) => `\`${code}\``).join(', '),
  ];
}
