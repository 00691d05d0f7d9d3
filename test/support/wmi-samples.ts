// Sample values of the MSiSCSI structures: made from test/vectors/windows/wmi.json and a seed, so that a C program and the
// codec can be given the same ones.

import { SeededNumbers } from './seeded-numbers.ts';
import { parseCType } from './wmi-c-types.ts';
import { type MemberFacts, structureFacts, wmiFacts } from './wmi-facts.ts';

export type SampleValue = number | bigint | boolean | string | Uint8Array | readonly SampleValue[] | SampleStructure;

export interface SampleStructure {
  readonly [member: string]: SampleValue;
}

const letters = 'iqn.2026-11.example:äß漢字-0123456789';

/** A value of the structure with `count` elements in each variable array. */
export function sampleStructure(name: string, count: number, seed: number): SampleStructure {
  return sample(name, count, new SeededNumbers(seed));
}

function sample(name: string, count: number, numbers: SeededNumbers): SampleStructure {
  const { members } = structureFacts(name);
  const counts = new Set(members.flatMap((member) => member.count ?? []));
  return Object.fromEntries(
    members.map((member) => [member.name, counts.has(member.name) ? count : sampleMember(member, count, numbers)]),
  );
}

function sampleMember(member: MemberFacts, count: number, numbers: SeededNumbers): SampleValue {
  const { element, length } = parseCType(member.type);
  if (element === 'WCHAR') return text(numbers, (length ?? 1) - 1);
  if (length === undefined) return sampleElement(element, count, numbers);
  const elements = Array.from({ length: member.count === undefined ? length : count }, () =>
    sampleElement(element, count, numbers),
  );
  return element === 'UCHAR' ? Uint8Array.from(elements as number[]) : elements;
}

function sampleElement(element: string, count: number, numbers: SeededNumbers): SampleValue {
  if (element in wmiFacts.structures) return sample(element, count, numbers);
  if (element === 'BOOLEAN') return numbers.below(2) === 1;
  if (element === 'UCHAR') return numbers.below(0x100);
  if (element === 'USHORT') return numbers.below(0x1_0000);
  if (element === 'ULONG') return numbers.below(0x1_0000_0000);
  if (element === 'ULONGLONG')
    return (BigInt(numbers.below(0x1_0000_0000)) << 32n) | BigInt(numbers.below(0x1_0000_0000));
  throw new Error(`${element} is not a C type of wmi.json`);
}

/** Some text, with signs of more than one UTF-8 byte in it; now and then empty or as long as it may be. */
function text(numbers: SeededNumbers, maxLength: number): string {
  const length = [0, maxLength, numbers.below(maxLength + 1), numbers.below(20)][numbers.below(4)] ?? 0;
  return Array.from({ length }, () => letters[numbers.below(letters.length)] ?? '').join('');
}

/** C statements that put the value into the variable at `path`, member by member. */
export function assignments(name: string, path: string, value: SampleStructure): string {
  return structureFacts(name)
    .members.map((member) => assignment(member, `${path}.${member.name}`, value[member.name] ?? 0))
    .join('');
}

function assignment(member: MemberFacts, path: string, value: SampleValue): string {
  const { element } = parseCType(member.type);
  if (typeof value === 'string') return assignText(path, value);
  if (value instanceof Uint8Array) return assignBytes(path, value);
  if (Array.isArray(value)) {
    return (value as readonly SampleValue[])
      .map((each, index) => assignElement(element, `${path}[${index}]`, each))
      .join('');
  }
  return assignElement(element, path, value);
}

function assignElement(element: string, path: string, value: SampleValue): string {
  if (element in wmiFacts.structures) return assignments(element, path, value as SampleStructure);
  if (typeof value === 'boolean') return `  ${path} = ${value ? 1 : 0};\n`;
  return typeof value === 'bigint' ? `  ${path} = ${value}ULL;\n` : `  ${path} = ${Number(value)}U;\n`;
}

/** A WMI string: its length in bytes, then UTF-16; what is behind stays zero. */
function assignText(path: string, value: string): string {
  const units = Array.from({ length: value.length }, (_none, index) => value.charCodeAt(index));
  const all = [value.length * 2, ...units];
  return `  memcpy(${path}, (const WCHAR[]){ ${all.join(',')} }, ${all.length * 2});\n`;
}

function assignBytes(path: string, value: Uint8Array): string {
  return value.length === 0 ? '' : `  memcpy(${path}, (const UCHAR[]){ ${value.join(',')} }, ${value.length});\n`;
}
