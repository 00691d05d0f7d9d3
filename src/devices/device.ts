// A LUN as a device: one disk underneath, everybody who holds it open, and the state that decides what they may do.

import {
  BlockError,
  type Clock,
  channels,
  type Effect,
  type HolderFacts,
  IscsiError,
  type Lun,
  raceAbort,
  SessionError,
  TimeoutError,
  withDeadline,
} from '../base/index.ts';
import {
  attentionOf,
  type CheckedUnit,
  type Disk,
  type DiskOptions,
  type FlushOptions,
  openDisk,
  type UnitAttention,
} from '../disk/index.ts';
import { DeviceGate, type DevicePort } from './device-gate.ts';
import { DeviceHandle, type HandleEvents } from './device-handle.ts';
import { type DeviceEvent, type DeviceState, deviceTransition } from './device-states.ts';
import { Hold } from './hold.ts';
import type { Holder } from './holder.ts';
import { LeftStakes } from './write-stake.ts';

/** What a device is made of. */
export interface DeviceParts {
  readonly port: DevicePort;
  readonly targetName: string;
  readonly lun: number;
  /** The LUN field as the target reported it, where it did. */
  readonly address: Lun | undefined;
  readonly clock: Clock;
  readonly disk: DiskOptions | undefined;
  /** A request of a holder failed. */
  readonly failed: (device: Device, error: unknown) => void;
  /** A command of the disk met a unit attention. */
  readonly attended: (device: Device, attention: UnitAttention) => void;
  /** The last hold was given up, or the device could not be identified. */
  readonly idle: (device: Device) => void;
}

/** A change of the medium of which nobody knows what became. */
export interface UnknownWrite {
  /** The device, for example `LUN 0 of iqn.2026-11.example:disk`. */
  readonly device: string;
  /** Whose handle the request came through. */
  readonly label: string;
  readonly offset: number;
  readonly length: number;
}

/** One logical unit of a session, known to somebody who opened it. */
export class Device {
  readonly lun: number;
  /** How refusals name it, for example `LUN 0 of iqn.2026-11.example:disk`. */
  readonly name: string;
  readonly #parts: DeviceParts;
  readonly #gate: DeviceGate;
  readonly #holds = new Set<Hold>();
  readonly #life = new AbortController();
  #state: DeviceState = 'present';
  #opening: Promise<Disk> | undefined;
  #disk: Disk | undefined;
  /** How many of the writes that passed the gate the last good flush was sure to cover. */
  #flushed = 0;
  /** What holders may lose that closed their handles without a flush. */
  readonly #left = new LeftStakes();

  constructor(parts: DeviceParts) {
    this.lun = parts.lun;
    this.name = `LUN ${parts.lun} of ${parts.targetName}`;
    this.#parts = parts;
    this.#gate = new DeviceGate(parts.port);
  }

  get state(): DeviceState {
    return this.#state;
  }

  /** Whether it gets no I/O any more. */
  get isOver(): boolean {
    return this.#state === 'gone' || this.#state === 'changed';
  }

  /** Absent until it has been identified. */
  get disk(): Disk | undefined {
    return this.#disk;
  }

  /** Everybody who holds the device now, or is opening it. */
  get holds(): Hold[] {
    return [...this.#holds];
  }

  get holders(): HolderFacts[] {
    return this.holds.map((hold) => hold.facts);
  }

  /** Whether something written may not have been flushed. */
  get isDirty(): boolean {
    return this.#gate.writes > this.#flushed;
  }

  /**
   * Opens the device for `holder`; the first time it is identified, for all who open it. Rejects with SessionError
   * ISCSI_DRAINING while it is being removed, with BlockError ISCSI_DEVICE_CHANGED or ISCSI_DEVICE_GONE, as `openDisk`
   * does, or with the signal's reason, which ends this wait but not the identification.
   */
  async open(holder: Holder, signal?: AbortSignal): Promise<DeviceHandle> {
    this.#requireOpenable();
    const hold = new Hold(this.name, holder);
    this.#holds.add(hold);
    try {
      const disk = await raceAbort(this.#identify(), signal);
      this.#requireOpenable();
      const handle = this.#handle(disk, hold);
      hold.opened(handle);
      return handle;
    } catch (error) {
      this.#release(hold);
      throw error;
    }
  }

  /** Moves as the table says; throws UsageError ISCSI_WRONG_STATE where it has no row. */
  move(event: DeviceEvent): void {
    const from = this.#state;
    this.#state = deviceTransition(from, event);
    const { lun, targetName } = this.#parts;
    channels.deviceStateChanged.publish({ targetName, lun, from, to: this.#state, event });
    const { name } = this;
    const over = this.#state;
    // The gate stays shut for the first reason: a changed device that goes away later still tells of the change.
    if (this.isOver) {
      this.#gate.shut(() => refusalOf(name, over, 'none'));
      this.#gate.expel(refusalOf(name, over, 'none'));
      for (const { handle } of this.#holds) handle?.watchChanges();
    }
    if (over === 'gone') this.#life.abort(this.refusal('none'));
  }

  /** What requests end with that come too late. */
  refusal(effect: Effect): IscsiError {
    return refusalOf(this.name, this.#state, effect);
  }

  /** Keeps the commands of the disk back until `until` settles. */
  hold(until: Promise<unknown>): void {
    this.#gate.hold(until);
  }

  /** Ends the commands of the disk that are kept back. */
  expel(reason: IscsiError): void {
    this.#gate.expel(reason);
  }

  /** Takes a size over that the device has told; gives the one before, where it was another. */
  resize(checked: CheckedUnit): number | undefined {
    const before = this.#disk?.size;
    const size = checked.capacity?.size;
    if (before === size || size === undefined) return undefined;
    this.#disk?.adoptSize(size);
    return before;
  }

  /** Waits for the requests under way, without taking the device from anybody: their handles fail by themselves. */
  async settle(): Promise<void> {
    await Promise.all(this.holds.map(({ handle }) => handle?.settle() ?? Promise.resolve()));
  }

  /** Takes the device from those who still hold it: opening ends, handles close, which waits for their I/O in flight. */
  async revoke(): Promise<void> {
    if (this.#disk === undefined) this.#life.abort(this.#draining());
    const revoked = this.holds.map(async (hold) => {
      await (hold.handle?.revoke() ?? hold.released);
    });
    await Promise.all(revoked);
  }

  /**
   * Flushes the cache. Rejects with what the flush rejects with, with TimeoutError ISCSI_FLUSH_TIMEOUT after `limitMs`,
   * and without trying where the device is not there to be flushed and something may need it.
   */
  async flush(limitMs: number, isLost: boolean): Promise<void> {
    const disk = this.#disk;
    if (disk?.features.flush !== true) return;
    if ((isLost || this.isOver) && !this.isDirty && this.#left.least === undefined) return;
    if (this.isOver) throw this.refusal('unknown');
    if (isLost) {
      const message = `${this.name} cannot be flushed while its session is lost`;
      throw new SessionError('ISCSI_SESSION_LOST', message, { effect: 'unknown' });
    }
    // To a deadline, 0 means none; to a flush, that there is no time for it.
    const limit = Math.max(1, limitMs);
    await withDeadline(
      this.#parts.clock,
      limit,
      () => flushTimeout(this.name, limitMs),
      undefined,
      (signal) => this.#flushForAll(disk, signal),
    );
  }

  /** Flushes, and tells of what those may have lost who closed without a flush; that is told once, too. */
  async #flushForAll(disk: Disk, signal: AbortSignal): Promise<void> {
    const cursor = this.#left.least;
    try {
      await this.#flush(disk, cursor === undefined ? { signal } : { signal, cursor });
    } catch (error) {
      if (error instanceof BlockError && error.code === 'BLOCK_WRITES_LOST') this.#left.clear();
      throw error;
    }
  }

  /** The removal is over: the device is gone for good. */
  finish(): void {
    // What the target has taken away keeps refusing by its own name.
    if (this.#state === 'gone') return;
    const wasChanged = this.#state === 'changed';
    this.move('removed');
    // Whatever is left in the disk has been reported, and ends with the session.
    if (!wasChanged) this.#disk?.close().catch(() => undefined);
  }

  #requireOpenable(): void {
    if (this.#state === 'removing') throw this.#draining();
    if (this.isOver) throw this.refusal('none');
  }

  #draining(): SessionError {
    return new SessionError('ISCSI_DRAINING', `${this.name} is being removed`);
  }

  #identify(): Promise<Disk> {
    this.#opening ??= this.#open();
    return raceAbort(this.#opening, this.#life.signal);
  }

  async #open(): Promise<Disk> {
    const { clock, disk: options, lun, address } = this.#parts;
    const { signal } = this.#life;
    const onUnitAttention: DiskOptions['onUnitAttention'] = (sense) => {
      options?.onUnitAttention?.(sense);
      const attention = attentionOf(sense);
      if (attention !== undefined) this.#parts.attended(this, attention);
    };
    this.#disk = await openDisk(this.#gate, address ?? lun, { clock, ...options, signal, onUnitAttention });
    return this.#disk;
  }

  #handle(disk: Disk, hold: Hold): DeviceHandle {
    const events: HandleEvents = {
      released: () => {
        this.#release(hold);
      },
      failed: (error) => {
        this.#parts.failed(this, error);
      },
      flush: (options) => this.#flush(disk, options),
    };
    return new DeviceHandle(disk, events, this.#left.take(hold.key));
  }

  #release(hold: Hold): void {
    this.#holds.delete(hold);
    const cursor = hold.handle?.lossCursor;
    if (cursor !== undefined) this.#left.leave(hold.key, cursor);
    hold.release();
    if (this.#holds.size > 0) return;
    // Nobody waits for the answers any more.
    if (this.#disk === undefined)
      this.#life.abort(new SessionError('ISCSI_CLOSED', `Nobody opens ${this.name} any more`));
    this.#parts.idle(this);
  }

  async #flush(disk: Disk, options: FlushOptions | undefined): Promise<void> {
    // A flush covers what had settled before it, so one amid writes leaves the device dirty.
    const covered = this.holds.some(({ handle }) => handle?.isChanging === true) ? 0 : this.#gate.writes;
    const left = this.#left.claim();
    await disk.flush(options);
    this.#flushed = Math.max(this.#flushed, covered);
    this.#left.settle(left, disk.lossCursor().seen);
  }
}

function refusalOf(device: string, state: DeviceState, effect: Effect): BlockError {
  return state === 'changed'
    ? new BlockError('ISCSI_DEVICE_CHANGED', `Another device has taken the place of ${device}`, { effect })
    : new BlockError('ISCSI_DEVICE_GONE', `${device} is gone`, { effect });
}

function flushTimeout(device: string, limitMs: number): TimeoutError {
  const message = `${device} was not flushed in ${limitMs} ms`;
  return new TimeoutError('ISCSI_FLUSH_TIMEOUT', message, { operation: 'flush', limitMs, effect: 'unknown' });
}
