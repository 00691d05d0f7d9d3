// What a device stack tells: typed events, for what happens to devices without being asked for.

import type { HolderFacts, Lun } from '../base/index.ts';
import type { DiskIdentity, UnitFacts } from '../disk/index.ts';
import type { DeviceState } from './device-states.ts';
import type { RemovalReport } from './removal.ts';

/** A device as it stands now. */
export interface DeviceFacts {
  readonly lun: number;
  /** For example `LUN 0 of iqn.2026-11.example:disk`. */
  readonly name: string;
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  /** PERIPHERAL DEVICE TYPE (SPC-4): 0 for a disk. */
  readonly deviceType: number;
  readonly state: DeviceState;
  /** In bytes; undefined for a device that nobody has opened. */
  readonly size: number | undefined;
  /** Whether something was written through this session that may not have been flushed. */
  readonly isDirty: boolean;
  /** Who holds it open. */
  readonly holders: readonly HolderFacts[];
}

/** A disk has another size. */
export interface DeviceResized {
  readonly lun: number;
  readonly name: string;
  /** In bytes. */
  readonly from: number;
  readonly to: number;
}

/** What INQUIRY tells of a device is not what it told before; it is the same device. */
export interface DeviceChanged {
  readonly lun: number;
  readonly name: string;
  readonly from: UnitFacts;
  readonly to: UnitFacts;
}

/** Another device answers at the LUN of one that was opened. */
export interface DeviceReplaced {
  /** The device as it was, and who holds it: their requests fail with ISCSI_DEVICE_CHANGED. */
  readonly device: DeviceFacts;
  readonly from: DiskIdentity;
  readonly to: DiskIdentity;
}

/** A logical unit has told of something that happened to it; it tells that once to the whole session. */
export interface DeviceAttention {
  /** Undefined for a unit that nobody has opened and that is not in the list of devices. */
  readonly lun: number | undefined;
  /** The LUN field to which the command went that was told, or that the target's message named. */
  readonly address: Lun;
  /** ADDITIONAL SENSE CODE and its qualifier (SPC-4 annex D): 2Ah/03h for a reservation that was preempted. */
  readonly asc: number;
  readonly ascq: number;
  /** What they mean, for people. */
  readonly text: string;
}

/** The events of a device stack and their arguments. */
export interface DeviceEvents {
  /** A unit attention was met, by whatever command, or came as an Asynchronous Message. */
  unitAttention: [attention: DeviceAttention];
  /** A device is there that was not known before, also when it is only now that somebody asked. */
  deviceAdded: [device: DeviceFacts];
  /** A device that nobody held is not there any more. */
  deviceRemoved: [device: DeviceFacts];
  /** The target took a device away while it was held; requests of its holders fail with ISCSI_DEVICE_GONE. */
  deviceRemovedInUse: [device: DeviceFacts, reason: Error | undefined];
  /**
   * What it cost that the target took a device away: told when its requests have ended, if it was anything. `device` is as
   * it was then.
   */
  deviceLossReported: [device: DeviceFacts, report: RemovalReport];
  deviceResized: [change: DeviceResized];
  deviceChanged: [change: DeviceChanged];
  deviceReplaced: [replacement: DeviceReplaced];
  /** The session was lost for too long, or has ended without asking: these devices are gone. */
  devicesGone: [devices: readonly DeviceFacts[]];
}
