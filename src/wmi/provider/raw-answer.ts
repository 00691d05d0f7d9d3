// What raw requests are answered with: NTSTATUS codes and bytes.

import { IscsiError, WmiError } from '../../base/index.ts';
import { ntStatus, ntStatusOf } from '../nt-status.ts';

/** How a raw request ended. */
export interface RawAnswer {
  /** NTSTATUS. */
  readonly status: number;
  /** Empty unless `status` is STATUS_SUCCESS. */
  readonly output: Uint8Array;
  /** With STATUS_BUFFER_TOO_SMALL: how many bytes the answer takes, or where that is not known yet, takes at least. */
  readonly neededLength?: number;
}

/** An instance as bytes. */
export interface RawInstance {
  readonly instanceName: string;
  readonly data: Uint8Array;
}

/** How a raw query of a whole class ended. */
export interface RawInstances {
  readonly status: number;
  /** None unless `status` is STATUS_SUCCESS. */
  readonly instances: readonly RawInstance[];
}

/** The answer of a request that gives nothing. */
export const noOutput: Uint8Array = new Uint8Array();

/** The answer that stands for an error of ours. Throws what is none. */
export function refused(error: unknown): RawAnswer {
  if (!(error instanceof IscsiError)) throw error;
  const neededLength = error instanceof WmiError ? error.neededLength : undefined;
  return {
    status: ntStatusOf(error),
    output: noOutput,
    ...(neededLength === undefined ? {} : { neededLength }),
  };
}

/** The answer with this output. Throws WmiError WMI_BUFFER_TOO_SMALL where there is no room for it. */
export function succeeded(output: Uint8Array, room: number): RawAnswer {
  requireRoom(output.length, room);
  return { status: ntStatus.STATUS_SUCCESS, output };
}

/** Throws WmiError WMI_BUFFER_TOO_SMALL. */
export function requireRoom(neededLength: number, room: number): void {
  if (neededLength <= room) return;
  const message = `the answer takes ${neededLength} bytes, and there is room for ${room}`;
  throw new WmiError('WMI_BUFFER_TOO_SMALL', message, { neededLength });
}
