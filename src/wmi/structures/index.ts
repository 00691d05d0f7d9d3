// The 99 structures of the MSiSCSI classes as tables of members, a file a header, in the order of their declarations.
//
// A member with `count` is an array as long as the member of that name says; one with `length` has that many elements
// always; a string has room for `maxChars` characters. Offsets are in no table: they follow from it (layout/layout.ts).

import { iscsicfgStructures } from './iscsicfg.ts';
import { iscsidefStructures } from './iscsidef.ts';
import { iscsifndStructures } from './iscsifnd.ts';
import { iscsimgtStructures } from './iscsimgt.ts';
import { iscsiopStructures } from './iscsiop.ts';
import { iscsiprfStructures } from './iscsiprf.ts';

export const structures: typeof iscsidefStructures &
  typeof iscsiopStructures &
  typeof iscsimgtStructures &
  typeof iscsiprfStructures &
  typeof iscsicfgStructures &
  typeof iscsifndStructures = {
  ...iscsidefStructures,
  ...iscsiopStructures,
  ...iscsimgtStructures,
  ...iscsiprfStructures,
  ...iscsicfgStructures,
  ...iscsifndStructures,
};

/** The name of a structure, as in its header. */
export type StructureName = keyof typeof structures;

/** The names of all structures, header by header; a structure comes after those that it embeds. */
export const structureNames: readonly StructureName[] = Object.keys(structures) as StructureName[];

/** What a member is, or each element of it. */
export type MemberType = 'boolean' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'string' | StructureName;

/** A member of a structure. */
export interface FieldFact {
  readonly name: string;
  readonly type: MemberType;
  /** WMI's number of the data item; parameters of a method are numbered on from in to out. */
  readonly dataId: number;
  /** How many elements a fixed array has. */
  readonly length?: number;
  /** How many UTF-16 units a string may have. */
  readonly maxChars?: number;
  /** Which member says how many elements a variable array has. */
  readonly count?: string;
}

/** The members of a structure. */
export function fieldsOf(name: StructureName): readonly FieldFact[] {
  return structures[name];
}

export function isStructureName(name: string): name is StructureName {
  return Object.hasOwn(structures, name);
}
