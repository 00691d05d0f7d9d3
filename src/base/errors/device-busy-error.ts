// A refusal to let a device go because somebody holds it.

import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** Who holds a device open. */
export interface HolderFacts {
  /** The device that is held, for example `LUN 0 of iqn.2026-11.example:disk`. */
  readonly device: string;
  /** What the holder calls itself, for example `hawser copy`. */
  readonly label: string;
  /** The process that holds it. */
  readonly pid: number;
  /** What it said against letting go, or that it said nothing in time; absent for a holder that cannot be asked. */
  readonly reason?: string;
}

/** A device is in use, so the session or the device stays; `holders` names everybody who holds one. */
export class DeviceBusyError extends IscsiError {
  override readonly name = 'DeviceBusyError';
  readonly holders: readonly HolderFacts[];

  constructor(message: string, details: ErrorDetails & { readonly holders: readonly HolderFacts[] }) {
    super('ISCSI_DEVICE_BUSY', message, details);
    this.holders = details.holders;
  }
}
