// What the parts of a device stack share.

import type { EventEmitter } from 'node:events';

import { type Clock, channels, type DeviceLost, type Effect, type Lun } from '../base/index.ts';
import type { DiskOptions, UnitFacts } from '../disk/index.ts';
import type { Device } from './device.ts';
import type { DeviceEvents, DeviceFacts } from './device-events.ts';
import type { DevicePort } from './device-gate.ts';
import type { Inventory } from './inventory.ts';
import type { RemovalLimits } from './removal.ts';

/** What a device stack is made with. */
export interface DeviceStackOptions {
  readonly clock: Clock;
  /** The limits of removals that give none of their own. */
  readonly limits: RemovalLimits;
  /** How long tasks may take to end once they are ended by `endTasks`; then nobody waits for them any more. */
  readonly endTasksTimeoutMs: number;
  /** Ends every command to this LUN, queued or in flight, with what `error` makes of its effect. */
  readonly endTasks: (lun: Lun, error: (effect: Effect) => Error) => void;
  /** How disks split, pipeline and retry. */
  readonly disk?: DiskOptions | undefined;
}

/** What the parts of one device stack share. */
export interface StackContext {
  readonly targetName: string;
  readonly options: DeviceStackOptions;
  /** The session, with its answers to INQUIRY and REPORT LUNS kept: for disks, which read sense data themselves. */
  readonly port: DevicePort;
  /** The same for the stack's own questions: what they meet is passed on and followed up. */
  readonly questions: DevicePort;
  readonly events: EventEmitter<DeviceEvents>;
  readonly inventory: Inventory;
  /** The devices that somebody has opened, by LUN. */
  readonly devices: Map<number, Device>;
  /** Whether the session has failed and logs in again. */
  isLost: boolean;
}

/** How the stack's own questions are asked. */
export function diskOptionsOf({ options }: StackContext, signal: AbortSignal | undefined): DiskOptions {
  const { clock, disk } = options;
  return { clock, ...disk, ...(signal === undefined ? {} : { signal }) };
}

/** How a LUN is called. */
export function deviceName(targetName: string, lun: number): string {
  return `LUN ${lun} of ${targetName}`;
}

/** A device that somebody has opened, as it stands now. */
export function factsOf(context: StackContext, device: Device): DeviceFacts {
  const { lun, name, state, disk, isDirty, holders } = device;
  const known = context.inventory.unit(lun) ?? disk?.identity;
  const { vendor = '', product = '', revision = '' } = known ?? {};
  const deviceType = context.inventory.unit(lun)?.deviceType ?? 0;
  return { lun, name, vendor, product, revision, deviceType, state, size: disk?.size, isDirty, holders };
}

/** Takes a device out of the list of those that were opened, unless another has its LUN already. */
export function forget({ devices }: StackContext, device: Device): void {
  if (devices.get(device.lun) === device) devices.delete(device.lun);
}

/** Publishes that a device was lost which somebody held, or which had not been flushed. */
export function publishLoss({ targetName }: StackContext, facts: DeviceFacts, how: DeviceLost['how']): void {
  const { lun, holders, isDirty } = facts;
  if (holders.length > 0 || isDirty) channels.deviceLost.publish({ targetName, lun, how, holders, isDirty });
}

/** A unit that is in the inventory, opened or not. */
export function factsOfUnit(context: StackContext, unit: UnitFacts): DeviceFacts {
  const { lun, vendor, product, revision, deviceType } = unit;
  const device = context.devices.get(lun);
  if (device !== undefined) return factsOf(context, device);
  return {
    lun,
    name: deviceName(context.targetName, lun),
    vendor,
    product,
    revision,
    deviceType,
    state: context.isLost ? 'lost' : 'present',
    size: undefined,
    isDirty: false,
    holders: [],
  };
}

/** Every device, in the order of their LUNs. */
export function allFacts(context: StackContext): DeviceFacts[] {
  const { inventory, devices } = context;
  const opened = [...devices.values()].filter(
    ({ lun, disk }) => disk !== undefined && inventory.unit(lun) === undefined,
  );
  const facts = [
    ...inventory.units.map((unit) => factsOfUnit(context, unit)),
    ...opened.map((d) => factsOf(context, d)),
  ];
  return facts.sort((a, b) => a.lun - b.lun);
}
