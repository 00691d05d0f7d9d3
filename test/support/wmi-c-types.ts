// C declarations of the MSiSCSI structures, written from test/vectors/windows/wmi.json and from nothing of src/.

import { type MemberFacts, structureFacts, wmiFacts } from './wmi-facts.ts';

/** How a member is declared. */
export interface CType {
  /** ULONG, WCHAR, ISCSI_TargetPortal, … */
  readonly element: string;
  /** How many elements; undefined where the member is no array. */
  readonly length: number | undefined;
}

/** The parts of a C type of wmi.json: `WCHAR[223+1]` has 224 elements. */
export function parseCType(type: string): CType {
  const [, element, first, second] = /^(\w+)(?:\[(\d+)(?:\+(\d+))?\])?$/.exec(type) ?? [];
  if (element === undefined) throw new Error(`${type} is not a C type of wmi.json`);
  return { element, length: first === undefined ? undefined : Number(first) + Number(second ?? 0) };
}

/** The names of all structures. */
export const structureNames: readonly string[] = Object.keys(wmiFacts.structures);

const preamble = `#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
typedef uint32_t ULONG;
typedef uint16_t USHORT;
typedef uint8_t UCHAR;
typedef uint64_t ULONGLONG;
typedef uint8_t BOOLEAN;
typedef uint16_t WCHAR; /* two bytes on Windows, whatever wchar_t is here */
#pragma pack(8)
`;

/**
 * The structures as the headers declare them: without the members that they have as comments, and with one element in each
 * variable array.
 */
export function headerDeclarations(): string {
  const one = (name: string): string =>
    declaration(
      name,
      name,
      structureFacts(name).members.filter((member) => member.commentOnly !== true),
      (type) => type,
    );
  return `${preamble}${structureNames.map(one).join('')}`;
}

/**
 * The structures as they are on the wire while each variable array has `count` elements, under the name `NAME_count`: all
 * members are there, and a C compiler places them.
 */
export function wireDeclarations(count: number): string {
  const one = (name: string): string =>
    declaration(`${name}_${count}`, name, structureFacts(name).members, (type, member) => {
      const { element, length } = parseCType(type);
      const known = element in wmiFacts.structures ? `${element}_${count}` : element;
      if (length === undefined) return known;
      return `${known}[${member.count === undefined ? length : count}]`;
    });
  return structureNames.map(one).join('');
}

function declaration(
  name: string,
  original: string,
  members: readonly MemberFacts[],
  typeOf: (type: string, member: MemberFacts) => string,
): string {
  const lines = members.map((member) => {
    const type = typeOf(member.type, member);
    const bracket = type.indexOf('[');
    const element = bracket < 0 ? type : type.slice(0, bracket);
    return `  ${element} ${member.name}${bracket < 0 ? '' : type.slice(bracket)};\n`;
  });
  return `/* ${original} */\ntypedef struct {\n${lines.join('')}} ${name};\n`;
}

/** The body of a main function that prints size, alignment, and the members' offsets and sizes of all structures. */
export function layoutStatements(): string {
  return structureNames
    .map((name) => {
      const members = structureFacts(name).members.filter((member) => member.commentOnly !== true);
      const lines = members.map(
        ({ name: member }) =>
          `  printf("M ${name} ${member} %zu %zu\\n", offsetof(${name}, ${member}), sizeof(((${name} *)0)->${member}));\n`,
      );
      return `  printf("S ${name} %zu %zu\\n", sizeof(${name}), _Alignof(${name}));\n${lines.join('')}`;
    })
    .join('');
}
