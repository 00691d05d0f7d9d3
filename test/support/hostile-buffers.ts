// Buffers that nobody should trust, made from good ones of the MSiSCSI structures, each in the midst of memory that must be
// neither read nor written.

import type { SeededNumbers } from './seeded-numbers.ts';
import { parseCType } from './wmi-c-types.ts';
import { structureFacts, wmiFacts } from './wmi-facts.ts';

/** A run of these bytes in an answer has been read from beside a buffer. */
const poison = [0xa5, 0x5a, 0xc3, 0x3c, 0x96, 0x69, 0xe1, 0x1e];

/** A buffer within poisoned memory. */
export interface Enclosed {
  /** A view of its own offset, odd or even. */
  readonly bytes: Uint8Array;
  /** Throws where the memory around it, or the buffer itself, is not as it was. */
  assertUntouched(): void;
}

/** Puts bytes into poisoned memory, `offset` bytes from its start. */
export function enclose(bytes: Uint8Array, offset: number): Enclosed {
  const memory = new Uint8Array(offset + bytes.length + 64);
  memory.forEach((_byte, index) => {
    memory[index] = poison[index % poison.length] ?? 0;
  });
  memory.set(bytes, offset);
  const before = memory.slice();
  return {
    bytes: memory.subarray(offset, offset + bytes.length),
    assertUntouched: () => {
      const at = memory.findIndex((byte, index) => byte !== before[index]);
      if (at >= 0) throw new Error(`byte ${at - offset} of a buffer of ${bytes.length} has been written`);
    },
  };
}

/** Whether four bytes of the poison stand in the bytes, one behind the other. */
export function hasPoison(bytes: Uint8Array): boolean {
  const hex = Buffer.from(bytes).toString('hex');
  return poison.some((_byte, from) => {
    const run = Array.from({ length: 4 }, (_none, index) => poison[(from + index) % poison.length] ?? 0);
    return hex.includes(Buffer.from(run).toString('hex'));
  });
}

/** Where a structure has numbers that a reader goes by: counts of arrays (4 or 2 bytes) and lengths of strings (2 bytes). */
export interface Trusted {
  readonly at: number;
  readonly size: 2 | 4;
}

/** The numbers that a reader goes by, while each variable array has one element. */
export function trustedNumbers(name: string, start = 0): readonly Trusted[] {
  const { members } = structureFacts(name);
  const counts = new Set(members.flatMap(({ count }) => count ?? []));
  return members.flatMap((member) => {
    const at = start + (member.at ?? member.nominalAt ?? Number.NaN);
    if (Number.isNaN(at)) return [];
    const { element } = parseCType(member.type);
    if (element in wmiFacts.structures) return trustedNumbers(element, at);
    if (element === 'WCHAR') return [{ at, size: 2 as const }];
    return counts.has(member.name) ? [{ at, size: member.size === 2 ? (2 as const) : (4 as const) }] : [];
  });
}

const hostileNumbers = [
  0, 1, 2, 3, 7, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x1_0000, 0x1fff_ffff, 0x7fff_ffff, 0x8000_0000,
  0xffff_fff0, 0xffff_ffff,
] as const;

/** A buffer of a structure that is good but for what has been done to it. */
export function hostileBuffer(name: string, good: Uint8Array, numbers: SeededNumbers): Uint8Array {
  const bytes = good.slice();
  const trusted = trustedNumbers(name);
  switch (numbers.below(6)) {
    case 0: // any length below
      return bytes.subarray(0, numbers.below(bytes.length + 1));
    case 1: // longer than it needs to be
      return Uint8Array.from([...bytes, ...numbers.bytes(1 + numbers.below(64))]);
    case 2: // a number that a reader goes by
      for (const place of trusted)
        if (numbers.below(Math.max(1, trusted.length >> 1)) === 0) corrupt(bytes, place, numbers);
      return bytes;
    case 3: // that, and cut short or made longer
      for (const place of trusted) if (numbers.below(2) === 0) corrupt(bytes, place, numbers);
      return bytes.subarray(0, bytes.length - numbers.below(Math.min(bytes.length, 16) + 1));
    case 4: // some bytes are others
      for (let count = 1 + numbers.below(16); count > 0; count--)
        bytes[numbers.below(bytes.length)] = numbers.below(0x100);
      return bytes;
    default: // nothing is as it should be
      return numbers.bytes(numbers.below(bytes.length + 32));
  }
}

function corrupt(bytes: Uint8Array, { at, size }: Trusted, numbers: SeededNumbers): void {
  if (at + size > bytes.length) return;
  const value = numbers.pick(hostileNumbers);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (size === 2) view.setUint16(at, value & 0xffff, true);
  else view.setUint32(at, value, true);
}
