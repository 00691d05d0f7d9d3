// docs/wmi.md: every class, method, structure and value set of the driver contract, what there is of it, and its test.

import { type EventlogName, eventlogEntries } from '../../src/wmi/events/index.ts';
import {
  EVENTLOG_MESSAGE,
  type StructureName,
  structureLayout,
  structureNames,
  type WmiClass,
  wmiClasses,
} from '../../src/wmi/index.ts';
import * as values from '../../src/wmi/values/index.ts';
import { generatedFrom, table } from './page.ts';
import { classStandings } from './wmi-classes.ts';
import { methodStandings } from './wmi-methods.ts';
import { type Proof, type Standing, type State, shownProof, states } from './wmi-standing.ts';
import { userModeMethodStandings, userModeStandings } from './wmi-user-mode.ts';

const fuzzProof: Proof = ['property/wmi-raw', 'each method ends with a documented status, whatever bytes it is given'];
const bytesProof: Proof = [
  'vectors/wmi-bytes',
  'every structure is encoded to the bytes that a C program has in memory',
];

const valuesProof: Proof = ['vectors/wmi-classes', 'each value set has the names and values of its header'];
const codesProof: Proof = [
  'unit/wmi/events/eventlog-codes',
  'the 72 codes are each told somewhere, or never with a reason',
];

/** What is known of every structure. */
const structureProofs: readonly Proof[] = [
  ['vectors/wmi-layout', 'each structure lies in memory as a C compiler lays it'],
  bytesProof,
  [
    'vectors/wmi-bytes',
    'the bytes of a C program are decoded to the values that were put in, with and without the last padding',
  ],
  [
    'property/wmi-structures',
    'hostile bytes are a value that can be encoded again or WMI_BAD_BUFFER, and nothing beside them is touched',
  ],
];

/** All tests that the page names. */
export const proofs: readonly Proof[] = [
  fuzzProof,
  valuesProof,
  codesProof,
  ...structureProofs,
  ...[classStandings, methodStandings, userModeStandings, userModeMethodStandings].flatMap((standings) =>
    Object.values(standings).flatMap(({ proof }) => proof),
  ),
];

/** What the page says of a class or a method that nobody has said anything of; a test finds it. */
const none: Standing = { state: 'not applicable', says: 'nothing is said of it', proof: [fuzzProof] };

/** The page. */
export function wmiPage(): string {
  return `${generatedFrom('src/wmi and scripts/docs/wmi-classes.ts, wmi-methods.ts and wmi-user-mode.ts')}

# The driver contract: MSiSCSI classes

\`hawser/wmi\` is the initiator's management contract as drivers and the initiator service of Windows have it: the
MSiSCSI classes by GUID, their methods by id, their structures byte by byte; and the classes of user mode that stand on
the service. Of each class, method and structure this page says what there is of it and by which test it is known.

- *implemented*: it tells or does what its documents say.
- *answered as documented*: what the host or a program in user space cannot do is refused with the documented status;
  nothing is feigned.
- *not applicable*: it is of something that this initiator is not. The class is known, and has no instances.

${table(['', 'number', ...states], counts())}

Raw requests end with NTSTATUS codes: STATUS_WMI_GUID_NOT_FOUND for a class, STATUS_WMI_INSTANCE_NOT_FOUND for an instance
and STATUS_WMI_ITEMID_NOT_FOUND for a method or an item that there is not, STATUS_WMI_READ_ONLY for an item that may not be
written, STATUS_BUFFER_TOO_SMALL for an output that does not fit, STATUS_INVALID_PARAMETER for a buffer that is not what it
should be, STATUS_NOT_SUPPORTED for what can be set by the class and not
here, STATUS_UNSUCCESSFUL for what failed below, such as the store. What a method did is in the \`Status\` of its output, a code of
\`iscsierr.h\` (docs/iscsidsc.md). ${shownProof(fuzzProof)}.

# Classes

${table(['class', 'GUID', 'kind', 'instances', 'standing', 'what it tells', 'proved by'], wmiClasses.map(classRow))}

# Methods

${table(['method', 'id', 'takes', 'gives', 'standing', 'what it does', 'proved by'], wmiClasses.flatMap(methodRows))}

# Structures

Sizes are those of C with 8-byte packing, and where an array is variable, with one element in it. All are implemented:
encoded and decoded, at the documented offsets. For each it is proved by:

${structureProofs.map((proof) => `- ${shownProof(proof)}`).join('\n')}

${table(['structure', 'header', 'bytes', 'NAME_SIZE', 'variable', 'standing', 'part of', 'proved by'], structureNames.map(structureRow))}

# Value sets

${shownProof(valuesProof)}.

${table(['value set', 'values'], Object.entries(values).filter(isShown).map(valueSetRow))}

# Codes of the event log

What MSiSCSI_Eventlog tells each code of \`iscsilog.h\` for, or why it never does. ${shownProof(codesProof)}.

${table(['code', 'value', 'standing', 'for'], eventlogNames.map(codeRow))}

# Classes of user mode

${table(['class', 'standing', 'what it tells', 'proved by'], Object.entries(userModeStandings).map(standingRow))}

# Methods of user mode

${table(['method', 'standing', 'what it does', 'proved by'], Object.entries(userModeMethodStandings).map(standingRow))}
`;
}

const eventlogNames = Object.keys(EVENTLOG_MESSAGE) as EventlogName[];

function codeRow(name: EventlogName): string[] {
  const entry = eventlogEntries[name];
  const isTold = 'toldFor' in entry;
  return [
    code(name),
    hexadecimal(EVENTLOG_MESSAGE[name]),
    isTold ? 'implemented' : 'not applicable',
    isTold ? entry.toldFor : entry.neverToldSince,
  ];
}

/** All but the codes of the event log, which have a table of their own. */
function isShown([name]: readonly [string, object]): boolean {
  return values[name as keyof typeof values] !== EVENTLOG_MESSAGE;
}

function valueSetRow([name, set]: readonly [string, Readonly<Record<string, number>>]): string[] {
  return [
    code(name),
    Object.entries(set)
      .map(([each, value]) => `${code(each)} ${value}`)
      .join(', '),
  ];
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
}

function counts(): string[][] {
  const row = (name: string, all: readonly { readonly state: State }[]): string[] => [
    name,
    String(all.length),
    ...states.map((state) => String(all.filter((each) => each.state === state).length)),
  ];
  return [
    row('classes', wmiClasses.map(standingOfClass)),
    row('methods', Object.values(methodStandings)),
    row(
      'structures',
      structureNames.map(() => ({ state: 'implemented' })),
    ),
    row(
      'codes of the event log',
      eventlogNames.map((name) => ({ state: 'toldFor' in eventlogEntries[name] ? 'implemented' : 'not applicable' })),
    ),
    row('classes of user mode', Object.values(userModeStandings)),
    row('methods of user mode', Object.values(userModeMethodStandings)),
  ];
}

function standingOfClass({ name, kind }: WmiClass): Standing {
  const standing = classStandings[name];
  if (kind !== 'embedded') return standing ?? none;
  const users = usersOf(name as StructureName).join(', ');
  const says = users === '' ? 'encoded and decoded; no class and no method has it' : `part of ${users}`;
  return { state: 'implemented', says, proof: [bytesProof] };
}

function classRow(wmiClass: WmiClass): string[] {
  const { name, guid, kind, instances } = wmiClass;
  return [code(name), code(guid), kind, instances ?? '', ...standingCells(standingOfClass(wmiClass))];
}

function methodRows({ name: className, methods }: WmiClass): string[][] {
  return methods.map(({ name, methodId, in: takes, out }) => {
    const standing = methodStandings[`${className}.${name}`] ?? none;
    return [code(`${className}.${name}`), String(methodId), code(takes ?? ''), code(out), ...standingCells(standing)];
  });
}

function structureRow(name: StructureName): string[] {
  const { size, sizeOf, isVariable } = structureLayout(name);
  const header = wmiClasses.find(({ structure }) => structure === name)?.header ?? ownerHeader(name);
  const cells = [code(name), header, String(sizeOf), isVariable ? '' : String(size), isVariable ? 'yes' : ''];
  return [...cells, 'implemented', usersOf(name).map(code).join(', '), shownProof(bytesProof)];
}

function ownerHeader(name: StructureName): string {
  return (
    wmiClasses.find(({ methods }) => methods.some((method) => method.in === name || method.out === name))?.header ?? ''
  );
}

/** The structures, classes and methods that a structure is a part of. */
function usersOf(name: StructureName): string[] {
  const structures = structureNames.filter((other) =>
    structureLayout(other).fields.some(({ field }) => field.type === name),
  );
  const classes = wmiClasses
    .filter(({ structure, kind }) => structure === name && kind !== 'embedded')
    .map((each) => each.name);
  const methods = wmiClasses.flatMap((each) =>
    each.methods
      .filter((method) => method.in === name || method.out === name)
      .map((method) => `${each.name}.${method.name}`),
  );
  return [...structures.filter((other) => !classes.includes(other as never)), ...classes, ...methods];
}

function standingRow([name, standing]: readonly [string, Standing]): string[] {
  return [code(name), ...standingCells(standing)];
}

function standingCells({ state, says, proof }: Standing): string[] {
  return [state, says, proof.map(shownProof).join('<br>')];
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
