// Sample values of the MSiSCSI structures: made from test/vectors/windows/wmi.json and a seed, so that a C program and the
// codec can be given the same ones.

import { SeededNumbers } from './seeded-numbers.ts';
import { parseCType } from './wmi-c-types.ts';
import { type MemberFacts, structureFacts, wmiFacts } from './wmi-facts.ts';

export type SampleValue = number | bigint | boolean | string | Uint8Array | readonly SampleValue[] | SampleStructure;

export interface SampleStructure {
  readonly [member: string]: SampleValue;
}

/** Where the values of a sample come from. */
interface Draw {
  /** How many elements each variable array has. */
  readonly count: number;
  /** 0 up to and without `bound`. */
  number(bound: number): number;
  text(maxLength: number): string;
}

const letters = 'iqn.2026-11.example:äß漢字-0123456789';

/** A value of the structure with `count` elements in each variable array: any numbers, any text. */
export function sampleStructure(name: string, count: number, seed: number): SampleStructure {
  const numbers = new SeededNumbers(seed);
  return sample(name, { count, number: (bound) => numbers.below(bound), text: (length) => anyText(numbers, length) });
}

/** Text of those that a request has, so that it is not refused for the first of them. */
const usualTexts = ['', 'iqn.2026-11.example:a', 'iqn.2026-11.example:b', '192.0.2.1', 'All', '2001:db8::1'] as const;
const usualNumbers = [0, 0, 1, 1, 2, 3, 5, 0xffff_ffff] as const;

/** As `sampleStructure`, of values that mean something in most requests: small numbers, names and addresses. */
export function plausibleStructure(name: string, count: number, seed: number): SampleStructure {
  const numbers = new SeededNumbers(seed);
  const number = (bound: number): number => {
    const usual = numbers.pick(usualNumbers);
    return usual < bound ? usual : numbers.below(bound);
  };
  return sample(name, { count, number, text: (length) => numbers.pick(usualTexts).slice(0, length) });
}

function sample(name: string, draw: Draw): SampleStructure {
  const { members } = structureFacts(name);
  const counts = new Set(members.flatMap((member) => member.count ?? []));
  return Object.fromEntries(
    members.map((member) => [member.name, counts.has(member.name) ? draw.count : sampleMember(member, draw)]),
  );
}

function sampleMember(member: MemberFacts, draw: Draw): SampleValue {
  const { element, length } = parseCType(member.type);
  if (element === 'WCHAR') return draw.text((length ?? 1) - 1);
  if (length === undefined) return sampleElement(element, draw);
  const elements = Array.from({ length: member.count === undefined ? length : draw.count }, () =>
    sampleElement(element, draw),
  );
  return element === 'UCHAR' ? Uint8Array.from(elements as number[]) : elements;
}

function sampleElement(element: string, draw: Draw): SampleValue {
  if (element in wmiFacts.structures) return sample(element, draw);
  if (element === 'BOOLEAN') return draw.number(2) === 1;
  if (element === 'UCHAR') return draw.number(0x100);
  if (element === 'USHORT') return draw.number(0x1_0000);
  if (element === 'ULONG') return draw.number(0x1_0000_0000);
  if (element === 'ULONGLONG') return (BigInt(draw.number(0x1_0000_0000)) << 32n) | BigInt(draw.number(0x1_0000_0000));
  throw new Error(`${element} is not a C type of wmi.json`);
}

/** Some text, with signs of more than one UTF-8 byte in it; now and then empty or as long as it may be. */
function anyText(numbers: SeededNumbers, maxLength: number): string {
  const length = [0, maxLength, numbers.below(maxLength + 1), numbers.below(20)][numbers.below(4)] ?? 0;
  return Array.from({ length }, () => letters[numbers.below(letters.length)] ?? '').join('');
}

/** C statements that put the value into the variable at `path`, member by member; all members unless some are named. */
export function assignments(name: string, path: string, value: SampleStructure, only?: readonly string[]): string {
  return structureFacts(name)
    .members.filter((member) => only?.includes(member.name) ?? true)
    .map((member) => assignment(member, `${path}.${member.name}`, value[member.name] ?? 0))
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
