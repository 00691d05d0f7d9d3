// How iscsicli commands print: a name, a colon and a value a line, what belongs to something indented below it.

import type { ISCSI_UNIQUE_SESSION_ID, LoginOptionsInput, TargetMappingInput } from '../../iscsidsc/index.ts';
import { ISCSI_ANY_INITIATOR_PORT } from './header-values.ts';

/** A name with its value. */
export type Fact = readonly [name: string, value: string | number | bigint | undefined];

/** Lines of names and values; what is undefined is left out. */
export function factLines(facts: readonly Fact[]): string[] {
  const known = facts.filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)} : ${value}`.trimEnd());
}

/** Lines one step further to the right. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `    ${line}`));
}

/** How many there are, and then each after an empty line. */
export function listLines<T>(what: string, items: readonly T[], show: (item: T) => readonly string[]): string[] {
  const count = `Total of ${items.length} ${what}${items.length === 1 ? '' : 's'}`;
  return [count, ...items.flatMap((item) => ['', ...show(item)])];
}

/** An id as iscsicli takes it. */
export function formatId({ AdapterUnique, AdapterSpecific }: ISCSI_UNIQUE_SESSION_ID): string {
  return [AdapterUnique, AdapterSpecific].map((part) => part.toString(16).padStart(16, '0')).join('-');
}

/** Bytes in hexadecimal, a space between. */
export function formatBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Bytes with their positions and what they are as text, 16 a line. */
export function dumpLines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const piece = bytes.subarray(at, at + 16);
    const text = Buffer.from(piece)
      .toString('latin1')
      .replaceAll(/[^ -~]/g, '.');
    lines.push(`${at.toString(16).padStart(4, '0')} : ${formatBytes(piece).padEnd(47)}  ${text}`);
  }
  return lines;
}

/** A number in hexadecimal. */
export function formatHex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** The number of an initiator port. */
export function formatPortNumber(port: number): string {
  return port === ISCSI_ANY_INITIATOR_PORT ? '<Any Port>' : String(port);
}

/** An instance, a name or an alias; one that is empty is any. */
export function orAny(text: string): string {
  return text === '' ? '*' : text;
}

/** Login options, without their password. */
export function loginOptionFacts(options: LoginOptionsInput): Fact[] {
  const has = (bit: number): boolean => ((options.InformationSpecified ?? 0) & bit) !== 0;
  const given = <T>(bit: number, value: T | undefined): T | '*' => (has(bit) && value !== undefined ? value : '*');
  return [
    ['Login Flags', formatHex(options.LoginFlags ?? 0)],
    ['Header Digest', given(0x01, options.HeaderDigest)],
    ['Data Digest', given(0x02, options.DataDigest)],
    ['Maximum Connections', given(0x04, options.MaximumConnections)],
    ['Default Time To Wait', given(0x08, options.DefaultTime2Wait)],
    ['Default Time To Retain', given(0x10, options.DefaultTime2Retain)],
    ['Username', given(0x20, options.Username)],
    ['Password', has(0x40) ? 'kept, not shown' : '*'],
    ['Authentication Type', given(0x80, options.AuthType)],
  ];
}

/** A mapping. */
export function mappingLines({ OSBusNumber, OSTargetNumber, LUNList }: TargetMappingInput): string[] {
  return [
    ...factLines([
      ['OS Bus Number', OSBusNumber],
      ['OS Target Number', OSTargetNumber],
    ]),
    ...LUNList.map(({ OSLUN, TargetLUN }) => `Target LUN ${formatLun(BigInt(TargetLUN))} : OS LUN ${OSLUN}`),
  ];
}

/** A LUN: by its number where it has one. */
export function formatLun(lun: bigint): string {
  return lun < 0x4000n ? String(lun) : `0x${lun.toString(16).padStart(16, '0')}`;
}
