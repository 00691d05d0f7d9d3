// docs/faults.md: every fault that the embedded target can be given.

import { describeFaults, type FaultDescription } from '../../src/target/index.ts';
import { generatedFrom, table } from './page.ts';

export function faultsPage(): string {
  const faults = describeFaults();
  return `${generatedFrom('src/target/faults')}

# Faults of the embedded target

The target can be told to go wrong in ${faults.length} ways: by \`target.inject('NAME:key=value,key=value')\`, by
\`hawser target --fault NAME:key=value,…\`, and while it runs by \`hawser fault inject … --control PATH\` or a line of JSON
such as \`{"inject":"NAME:key=value"}\` on the Unix socket that \`hawser target --control PATH\` opens. Other requests are
\`{"remove":1}\` (or \`"all"\`), \`{"list":true}\`, \`{"sessions":true}\`, \`{"addLun":{"lun":1,"size":"64M"}}\`,
\`{"removeLun":1}\`, \`{"resizeLun":{"lun":0,"size":"1G"}}\` and \`{"reboot":{"ms":500,"keep":"some","seed":7}}\`.
Numbers may be written in hexadecimal with 0x; faults are told of in the direction that the target sees.

${table(
  ['fault', 'what it does', 'clause'],
  faults.map(({ name, does, clause }) => [`[\`${name}\`](#${name})`, does, clause]),
)}

${faults.map((fault) => section(fault)).join('\n\n')}
`;
}

function section({ name, does, parameters }: FaultDescription): string {
  const rows = parameters.map(({ key, values, unit, standard, isRequired, meaning }) => [
    `\`${key}\``,
    isRequired ? 'required' : standard === undefined ? '' : `\`${standardText(standard)}\``,
    unit,
    meaning,
    values,
  ]);
  return `## ${name}\n\n${does}\n\n${table(['key', 'default', 'unit', 'meaning', 'values'], rows)}`;
}

function standardText(standard: string | number | boolean): string {
  if (typeof standard === 'boolean') return standard ? 'yes' : 'no';
  return String(standard);
}
