// Which SCSI commands a fault concerns: by logical unit, by what they do, by the blocks that they touch.

import { u8 } from '../../base/index.ts';
import { blockRange } from '../device-server/cdb.ts';
import { lunAddress } from '../device-server/report-luns.ts';
import type { HookCommand } from '../hooks.ts';
import { choice, type FaultParameter, integer } from './parameter.ts';
import type { FaultSettings } from './settings.ts';
import { connectionSelectors, type Trigger, timing } from './trigger.ts';

/** Operation codes by what they do to the medium (SBC-4 §5): verifying is reading; unmapping is writing. */
const opcodes = {
  read: [0x08, 0x28, 0x88, 0xa8, 0x2f, 0x8f, 0xaf],
  write: [0x0a, 0x2a, 0x8a, 0xaa, 0x2e, 0x8e, 0xae, 0x41, 0x93, 0x89, 0x42],
  flush: [0x35, 0x91],
  inquiry: [0x12],
  'test-unit-ready': [0x00],
  'report-luns': [0xa0],
  'mode-sense': [0x1a, 0x5a],
  'read-capacity': [0x25, 0x9e],
} as const;

type Kind = keyof typeof opcodes;

/** Which commands; how often a fault strikes them is `count` unless told otherwise. */
export function commandSelection(count: number, standard: 'any' | 'none' = 'any'): readonly FaultParameter[] {
  const kinds = [...(standard === 'none' ? ['none'] : []), 'any', ...Object.keys(opcodes)];
  return [
    choice('command', kinds, 'only commands that do this', { standard }),
    integer('cdb', [0, 255], 'only commands with this operation code'),
    lunSelector,
    ...connectionSelectors,
    ...timing(count),
  ];
}

export const lunSelector: FaultParameter = integer('lun', [0, 16_383], 'only this logical unit');

/** Whether a fault strikes a command, which counts as its hit. */
export function strikesCommand(command: HookCommand, settings: FaultSettings, trigger: Trigger): boolean {
  return concerns(command, settings, trigger) && trigger.strikes();
}

/** Whether a fault concerns a command, struck or not. */
export function concerns({ cdb, lun, connection }: HookCommand, settings: FaultSettings, trigger: Trigger): boolean {
  const kind = settings.text('command');
  const wantedLun = settings.maybeNumber('lun');
  return (
    trigger.selects(connection) &&
    (kind === 'any' || isOf(cdb, kind as Kind)) &&
    (settings.maybeNumber('cdb') ?? u8(cdb, 0)) === u8(cdb, 0) &&
    (wantedLun === undefined || wantedLun === lunAddress(lun))
  );
}

/** The first block of a range that a command reads or writes, or undefined when it touches none of them. */
export function firstTouched(
  cdb: Uint8Array,
  access: 'read' | 'write' | 'both',
  range: { readonly lba: number; readonly blocks: number },
): { readonly access: 'read' | 'write'; readonly lba: number } | undefined {
  const does = isOf(cdb, 'read') ? 'read' : isOf(cdb, 'write') && u8(cdb, 0) !== 0x42 ? 'write' : undefined;
  if (does === undefined || (access !== 'both' && access !== does)) return undefined;
  const touched = blockRange(cdb);
  const lba = Math.max(touched.lba, range.lba);
  return lba < Math.min(touched.lba + touched.blocks, range.lba + range.blocks) ? { access: does, lba } : undefined;
}

function isOf(cdb: Uint8Array, kind: Kind): boolean {
  const known: readonly number[] = opcodes[kind];
  return known.includes(u8(cdb, 0));
}
