// docs/rxce.md: the connection engine under its RxCe names, routine by routine, and every other name of the headers.

import { join } from 'node:path';

import { type NtStatusName, ntStatus } from '../../src/rxce/index.ts';
import { readTitles } from './iscsidsc-page.ts';
import { readSignatures, type Signature } from './iscsidsc-signatures.ts';
import { generatedFrom, table } from './page.ts';
import {
  callbackRules,
  constantRules,
  type NameRules,
  ownStatuses,
  statusRules,
  structureRules,
} from './rxce-names.ts';
import { routineRules } from './rxce-rules.ts';

/** Where the tests of the names are. */
export const rxceTestFolders: readonly string[] = ['test/unit/rxce', 'test/integration/rxce'];

/** The page, for the repository at `root`. */
export function rxcePage(root: string): string {
  const signatures = readSignatures(join(root, 'src/rxce'));
  const titles = readTitles(rxceTestFolders.map((folder) => join(root, folder)));
  const calls = [...signatures.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  return `${generatedFrom('src/rxce, scripts/docs/rxce-rules.ts, rxce-names.ts and the titles of its tests')}

# The connection engine under its RxCe names

\`hawser/rxce\` has the ${calls.length} routines of \`rxce.h\` over \`hawser/engine\`, with their callbacks, structures, constants and NTSTATUS codes:

\`\`\`ts
import { Engine } from 'hawser/engine';
import { encodeTransportAddress, openRxCe, RXCE_TRANSPORT, STATUS_SUCCESS } from 'hawser/rxce';

const engine = new Engine();
const rxCe = openRxCe({ engine });
const transport = new RXCE_TRANSPORT();
if (rxCe.RxCeBuildTransport(transport, '\\\\Device\\\\Tcp', 0) === STATUS_SUCCESS) {
  await engine.worker.run(async (worker) => await rxCe.RxCeTearDownTransport(transport, worker));
}
\`\`\`

Each routine takes the header's parameters in the header's order, but for memory that it would write to: what comes out stands
beside \`Status\` in the answer. A routine without out-parameters answers with the status itself; one that takes its time, with
a promise. None throws or rejects, whatever it is given. \`SystemWorker\`, after the header's, is the proof of running on the
engine's worker, which \`engine.worker.run\` hands to each item. The four objects are the caller's, who makes them; the engine
fills them in, checks their signatures, and knows by a record of its own which of them are built. Memory (an MDL) is a
\`Uint8Array\` or an array of several. No callback ever runs inside a routine; a receive callback answers with
\`{ Status, BytesTaken, pDataBufferPointer, pDataBufferSize }\`.

Two things have no name in the header, and are ours: \`indicateAgain(pVc)\` has a client told again of bytes that it has not
taken, where a client of TDI would post a receive; \`endpoints(pVc)\` tells both ends of a circuit.

Below, *(ours)* marks a choice of ours where the documents are silent ([0021](decisions/0021-rxce.md)); all other rules are theirs.

## The iSCSI stack over these names

\`rxceDriver(inner)\` is a transport whose links are made with these names alone; give it to an initiator as \`transport\`, and
its sessions run over them. \`HAWSER_ENGINE=rxce npm test -- interop/tgtd.test.ts\` has every initiator of a test run over
them, in that process and in those that it starts; without a path, all tests do, but for those of the engine itself. What the
header has no name for, listening and the ports for datagrams of iSNS and RADIUS, goes past them. A circuit of these names is
gone as soon as its peer has ended: what was pending then is lost, where the engine's own would still send it in a graceful
disconnect.

# Routines

${calls.map((call) => section(call, titles.get(call.name) ?? [])).join('\n\n')}

# Callbacks

${Object.entries(callbackRules)
  .map(([name, rules]) => callbackSection(name, rules, titles))
  .join('\n\n')}

# Structures

${named(structureRules)}

# Constants

${named(constantRules)}

The enumerations RXCE_CONNECTION_CREATE_OPTIONS and RXCE_CONNECTION_INFORMATION_CLASS and the macros RxCeIsTransportValid,
RxCeIsAddressValid, RxCeIsConnectionValid and RxCeIsVcValid are all there.

# Statuses

${table(
  ['status', 'value', 'here', ''],
  [
    ...Object.entries(statusRules).map(([name, rules]) => [
      `\`${name}\``,
      valueOf(name),
      rules.what,
      marked(rules.text),
    ]),
    ...Object.entries(ownStatuses).map(([name, text]) => [`\`${name}\``, valueOf(name), 'ours', text]),
  ],
)}

Names and values are held against test/vectors/windows/rxce.json by test/unit/rxce/whole.test.ts, hostile arguments to every
routine by test/unit/rxce/hostile.test.ts, and teardowns against everything else by test/property/rxce-teardown.test.ts.
`;
}

function section(call: Signature, titles: readonly string[]): string {
  const rules = routineRules[call.name];
  const never = Object.entries(rules?.never ?? {}).map(([status, why]) => `- Never \`${status}\`: ${why}.`);
  const statuses = (rules?.statuses ?? []).map((status) => `\`${status}\``).join(', ');
  return [
    `## ${call.name}`,
    `\`\`\`ts\n${call.name}(${call.parameters.join(', ')}): ${call.returnType}\n\`\`\``,
    call.text,
    [`- ${rules?.what ?? ''}${statuses === '' ? '' : `: ${statuses}`}.`, ...never].join('\n'),
    (rules?.rules ?? []).map((rule) => `- ${marked(rule)}`).join('\n'),
    `Proved by:\n${titles.map((title) => `- ${title}`).join('\n')}`,
  ].join('\n\n');
}

function callbackSection(
  name: string,
  { what, text, test }: NameRules,
  titles: ReadonlyMap<string, readonly string[]>,
): string {
  const begin = test ?? name;
  const proofs = (titles.get(begin) ?? []).map((title) => `- ${begin === name ? '' : `${begin}: `}${title}`);
  const proved = proofs.length === 0 ? [] : [`Proved by:\n${proofs.join('\n')}`];
  return [
    `## ${name}`,
    `${what === 'implemented' ? 'Implemented.' : 'Not applicable:'} ${marked(text)}`,
    ...proved,
  ].join('\n\n');
}

/** Names and values are all held against the headers by one test. */
function named(all: Readonly<Record<string, NameRules>>): string {
  const rows = Object.entries(all).map(([name, { what, text }]) => [
    `\`${name}\``,
    what,
    marked(text),
    'whole.test.ts',
  ]);
  return table(['name', 'here', '', 'test'], rows);
}

function marked(rule: string): string {
  return rule.replaceAll(/\(ours(: [^)]*)?\)/g, '*$&*');
}

function valueOf(name: string): string {
  return Object.hasOwn(ntStatus, name)
    ? `0x${ntStatus[name as NtStatusName].toString(16).toUpperCase().padStart(8, '0')}`
    : '';
}
