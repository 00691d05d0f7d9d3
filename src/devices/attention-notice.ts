// Passing on what a device tells once: to its disk, which judges by it what a flush may promise, and to whoever listens.

import { equalLun, type Lun } from '../base/index.ts';
import { attentionOf, type UnitAttention, type UnitChange } from '../disk/index.ts';
import type { Device } from './device.ts';
import type { StackContext } from './stack-context.ts';

/** A change that is to be followed up. */
export interface NoticedChange {
  /** Undefined for a unit that nobody has opened and that is not in the inventory. */
  readonly lun: number | undefined;
  readonly change: UnitChange;
}

/**
 * Sense data came for the unit at `address`, on connection `cid` where that is known, by a command that was not its
 * disk's. Gives the change that they tell of.
 */
export function passOn(
  context: StackContext,
  address: Lun,
  sense: Uint8Array,
  cid: number | undefined,
): NoticedChange | undefined {
  const device = deviceAt(context, address);
  // What answers in the place of a device that is over has nothing to do with it.
  if (device?.isOver === false) device.disk?.noteSense(sense, cid);
  const attention = attentionOf(sense);
  if (attention === undefined) return undefined;
  const lun = device?.lun ?? context.inventory.units.find((unit) => equalLun(unit.address, address))?.lun;
  tell(context, lun, address, attention);
  return attention.change === undefined ? undefined : { lun, change: attention.change };
}

/** Tells everybody who listens of a unit attention. */
export function tell(context: StackContext, lun: number | undefined, address: Lun, attention: UnitAttention): void {
  const { asc, ascq, text } = attention;
  context.events.emit('unitAttention', { lun, address, asc, ascq, text });
}

function deviceAt({ devices }: StackContext, address: Lun): Device | undefined {
  return [...devices.values()].find(({ disk }) => disk !== undefined && equalLun(disk.details.lun, address));
}
