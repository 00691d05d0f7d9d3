// Initiator session ids (RFC 7143 §11.12.5): 48 bits that, with the initiator's name, name a SCSI initiator port. Those
// that nobody has chosen are of the random type (docs/decisions/0008-isids.md).

import { randomBytes } from 'node:crypto';

import { SessionError, UsageError } from '../base/index.ts';

/** The parts of an ISID, by who made the naming authority sure to be unique: an OUI, an enterprise number, or chance. */
export type IsidParts =
  | {
      /** The IEEE's; its bits I/G and U/L are 0 and not sent. */
      readonly oui: number;
      /** 24 bits. */
      readonly qualifier: number;
    }
  | {
      /** IANA's, 24 bits. */
      readonly enterpriseNumber: number;
      /** 16 bits. */
      readonly qualifier: number;
    }
  | {
      /** 24 bits. */
      readonly random: number;
      /** 16 bits. */
      readonly qualifier: number;
    };

/** The T field: the two bits that say what the rest is. */
const type = { oui: 0, enterpriseNumber: 1, random: 2, reserved: 3 } as const;

const bits16 = 2 ** 16;
const bits24 = 2 ** 24;
const bits40 = 2 ** 40;

/** An ISID as an integer. Throws UsageError ISCSI_BAD_ARGUMENT for parts that do not fit, or an integer that is none. */
export function toIsid(isid: number | IsidParts): number {
  if (typeof isid === 'number') return checkIsid(isid);
  if ('oui' in isid) {
    const oui = within(isid.oui, bits24, 'OUI');
    if ((oui & 0x03_00_00) !== 0) throw bad(`An OUI has its bits I/G and U/L at 0, not ${hex(oui, 6)}`);
    // The six bits that are left of its first byte, beneath the type, then its other two.
    return ((oui >>> 18) * bits16 + (oui & 0xffff)) * bits24 + within(isid.qualifier, bits24, 'qualifier');
  }
  const qualifier = within(isid.qualifier, bits16, 'qualifier');
  if ('enterpriseNumber' in isid) {
    return firstByte(type.enterpriseNumber) + within(isid.enterpriseNumber, bits24, 'number') * bits16 + qualifier;
  }
  return firstByte(type.random) + within(isid.random, bits24, 'random part') * bits16 + qualifier;
}

/** Writes an ISID as RFC 7143 §4.4.2 does: 0x and twelve digits. */
export function formatIsid(isid: number): string {
  return hex(isid, 12);
}

/** Reads twelve hexadecimal digits, 0x before them or not. Throws UsageError ISCSI_BAD_ARGUMENT. */
export function parseIsid(text: string): number {
  const digits = /^(?:0x)?([0-9a-f]{12})$/i.exec(text)?.[1];
  if (digits === undefined) throw bad(`An ISID is twelve hexadecimal digits, not ${JSON.stringify(text)}`);
  return checkIsid(Number.parseInt(digits, 16));
}

/** Where an initiator's own ISIDs begin, for one that keeps them over its process. */
export interface IsidPlan {
  /** The first one to be allocated; the others have its first 32 bits. */
  readonly first: number;
  /** Whether an ISID is kept for a certain login to the target, so that no other one gets it by chance. */
  readonly isReserved: (targetName: string, isid: number) => boolean;
}

/**
 * An ISID of the random type: 40 bits of chance, so that processes of one host and one initiator name do not meet. `random`
 * gives that many random bytes.
 */
export function randomIsid(random: (length: number) => Uint8Array = randomBytes): number {
  const [a = 0, b = 0, c = 0, high = 0, low = 0] = random(5);
  return toIsid({ random: (a << 16) | (b << 8) | c, qualifier: (high << 8) | low });
}

/**
 * Hands out ISIDs by conservative reuse (RFC 7143 §10.1.1): always the first that is not taken, so that an initiator has
 * no more ports than it has sessions with one target.
 */
export class IsidAllocator {
  readonly #authority: number;
  readonly #first: number;

  /** Begins with `first`. Throws UsageError ISCSI_BAD_ARGUMENT for one that is no ISID. */
  constructor(first: number = randomIsid()) {
    this.#first = checkIsid(first) % bits16;
    this.#authority = first - this.#first;
  }

  /** The first ISID that is not taken. Throws SessionError ISCSI_QUEUE_FULL when 65536 are. */
  allocate(isTaken: (isid: number) => boolean): number {
    for (let step = 0; step < bits16; step += 1) {
      const isid = this.#authority + ((this.#first + step) % bits16);
      if (!isTaken(isid)) return isid;
    }
    throw new SessionError('ISCSI_QUEUE_FULL', 'The initiator has as many sessions with the target as there are ISIDs');
  }
}

function checkIsid(isid: number): number {
  within(isid, 2 ** 48, 'ISID');
  const first = Math.floor(isid / bits40);
  const format = first >>> 6;
  if (format === type.reserved) throw bad(`The type of ISID ${hex(isid, 12)} is reserved`);
  if (format !== type.oui && (first & 0x3f) !== 0) {
    throw bad(`ISID ${hex(isid, 12)} has reserved bits that are not 0`);
  }
  return isid;
}

function firstByte(format: number): number {
  return (format << 6) * bits40;
}

function within(value: number, bound: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value < bound) return value;
  throw bad(`The ${what} of an ISID is an integer from 0 to ${bound - 1}, not ${value}`);
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function bad(message: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'isid' });
}
