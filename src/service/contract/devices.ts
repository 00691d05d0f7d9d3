// Devices: the LUNs of sessions, who holds them, and which of them are bound for good.

import type { UniqueId } from './names.ts';
import type { HolderInfo } from './sessions.ts';

/**
 * A device by its path: `<target name>/<LUN>`, for example `iqn.2026-11.example:disk/0`. The same over sessions,
 * reconnections and restarts; a LUN that is no small number stands there as its 16 hexadecimal digits.
 */
export type DevicePath = string;

/** A LUN of a session. */
export interface DeviceInfo {
  readonly path: DevicePath;
  readonly sessionId: UniqueId;
  readonly targetName: string;
  readonly lun: number;
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
  /** PERIPHERAL DEVICE TYPE (SPC-4): 0 for a disk. */
  readonly deviceType: number;
  readonly state: string;
  /** In bytes; undefined for what has no capacity, and while the device cannot say. */
  readonly size: number | undefined;
  readonly holders: readonly HolderInfo[];
  /** How the operating system's users number it (SCSI_ADDRESS). */
  readonly osBusNumber: number;
  readonly osTargetNumber: number;
  readonly osLun: number;
  readonly isPersistent: boolean;
}

/** Holds a device on behalf of somebody outside, so that it is not taken away under it. */
export interface HoldInput {
  readonly path: DevicePath;
  /** Which session's, where several have the device. */
  readonly sessionId?: UniqueId;
  /** What whoever wants the device away is told, for example `nightly backup`. */
  readonly label: string;
  readonly pid?: number;
  /** Ends by itself unless renewed: 1 s to a day; for ever unless given. */
  readonly leaseMs?: number;
}

/** A hold. */
export interface HoldInfo {
  readonly holdId: string;
  readonly path: DevicePath;
  readonly sessionId: UniqueId;
  readonly label: string;
  readonly pid: number;
  /** ISO 8601, UTC; undefined for one without a lease. */
  readonly endsAt: string | undefined;
}

/** A device that has to be there before the service says that it is ready. */
export interface PersistentDevice {
  readonly path: DevicePath;
  /** Whether it is there now. */
  readonly isPresent: boolean;
}
