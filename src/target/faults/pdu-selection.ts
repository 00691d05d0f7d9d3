// Which PDUs a fault concerns: by direction, by opcode, or by the place of a byte in the stream.

import { type Opcode, opcode as opcodes } from '../../wire/index.ts';
import { choice, type FaultParameter, integer } from './parameter.ts';
import type { FaultSettings } from './settings.ts';
import type { Trigger } from './trigger.ts';
import type { Direction, Passage } from './wire-order.ts';

/** Opcodes by name: `scsi-command` for `scsiCommand`. */
const opcodeByName: ReadonlyMap<string, Opcode> = new Map(
  Object.entries(opcodes).map(([name, value]) => [
    name.replaceAll(/(?<=[a-z])(?=[A-Z0-9])/g, '-').toLowerCase(),
    value,
  ]),
);

export function directionParameter(standard: Direction): FaultParameter {
  return choice('direction', ['sent', 'received'], 'which way the PDU goes, seen from the target', { standard });
}

export const opcodeParameter: FaultParameter = choice('opcode', [...opcodeByName.keys()], 'only PDUs of this kind');

export const byteParameter: FaultParameter = integer(
  'byte',
  [0, Number.MAX_SAFE_INTEGER],
  'strikes before this byte of the direction, counted from the start of the connection, instead of before a PDU',
  { unit: 'bytes' },
);

/**
 * Whether a fault strikes a PDU, which counts as its hit. Returns how many bytes of the PDU still pass before it does.
 */
export function strike(passage: Passage, settings: FaultSettings, trigger: Trigger): number | undefined {
  const direction = settings.text('direction');
  if (direction !== 'both' && direction !== passage.direction) return undefined;
  if (!trigger.selects(passage.connection)) return undefined;
  const wanted = settings.maybeText('opcode');
  if (wanted !== undefined && opcodeByName.get(wanted) !== passage.opcode) return undefined;
  const byte = settings.maybeNumber('byte');
  const after = byte === undefined ? 0 : byte - passage.position;
  if (after < 0 || after >= passage.raw.bytes.length) return undefined;
  return trigger.strikes() ? after : undefined;
}
