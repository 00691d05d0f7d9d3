// The vocabulary of the layout tables: what a field of a header is, and short ways to write one down.

/** One field of a header: `width` bytes from `byte`, of which only `mask` where the field is smaller than its bytes. */
export interface Field {
  readonly name: string;
  readonly byte: number;
  readonly width: number;
  /** Which bits of a one-byte field are meant; absent where the field fills its bytes. */
  readonly mask?: number;
  readonly kind: 'flag' | 'integer' | 'lun' | 'bytes';
  readonly clause: string;
}

/** Bits that a sender must always set to `value`. */
export interface FixedBits {
  readonly byte: number;
  readonly width: number;
  readonly mask: number;
  readonly value: number;
  readonly clause: string;
}

/** The header of one PDU. */
export interface Layout {
  readonly opcode: number;
  readonly sender: 'initiator' | 'target';
  readonly clause: string;
  readonly fields: readonly Field[];
  readonly fixed: readonly FixedBits[];
  /** Whether §11 gives the PDU a data segment, and additional header segments. */
  readonly data: boolean;
  readonly ahs: boolean;
}

export function flag(name: string, byte: number, mask: number, clause: string): Field {
  return { name, byte, width: 1, mask, kind: 'flag', clause };
}

export function bits(name: string, byte: number, mask: number, clause: string): Field {
  return { name, byte, width: 1, mask, kind: 'integer', clause };
}

export function integer(name: string, byte: number, width: number, clause: string): Field {
  return { name, byte, width, kind: 'integer', clause };
}

export function lun(clause: string): Field {
  return { name: 'lun', byte: 8, width: 8, kind: 'lun', clause };
}

export function bytes(name: string, byte: number, width: number, clause: string): Field {
  return { name, byte, width, kind: 'bytes', clause };
}

/** Byte 1 starts with a 1 where the picture shows `1` in the place of F. */
export function always1(clause: string): FixedBits {
  return { byte: 1, width: 1, mask: 0x80, value: 0x80, clause };
}

/** Bytes 16 to 19 are 0xffffffff where the picture shows that number in place of the Initiator Task Tag. */
export function noTask(clause: string): FixedBits {
  return { byte: 16, width: 4, mask: 0xffff_ffff, value: 0xffff_ffff, clause };
}

/** The I bit of a request. */
export const immediate: Field = flag('isImmediate', 0, 0x40, '§11.2.1.1');

/** The Initiator Task Tag, which is in the same place in every PDU that has one. */
export const task: Field = integer('initiatorTaskTag', 16, 4, '§11.2.1.8');

/** StatSN, ExpCmdSN and MaxCmdSN, as all responses carry them. */
export function numbering(statSnClause: string): Field[] {
  return [
    integer('statSn', 24, 4, statSnClause),
    integer('expCmdSn', 28, 4, '§11.4.10'),
    integer('maxCmdSn', 32, 4, '§11.4.11'),
  ];
}

/** CmdSN and ExpStatSN, as all numbered requests carry them. */
export const ordering: readonly Field[] = [integer('cmdSn', 24, 4, '§11.3.2'), integer('expStatSn', 28, 4, '§11.3.3')];
