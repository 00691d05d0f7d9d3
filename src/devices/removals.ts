// The removals of one session's devices: by their users, by a logout, and by the target.

import { type Effect, TimeoutError } from '../base/index.ts';
import type { Device } from './device.ts';
import type { DeviceFacts } from './device-events.ts';
import type { RemovalReason } from './holder.ts';
import { type RemovalOptions, type RemovalReport, type RemovalSurroundings, removeDevices } from './removal.ts';
import { forget, type StackContext } from './stack-context.ts';

/** Lets devices go, one removal after the other. */
export class Removals {
  readonly #context: StackContext;
  #areOfAll = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: StackContext) {
    this.#context = context;
  }

  /** Whether all devices are being removed: then nobody may come in by one that has not been opened before. */
  get areOfAll(): boolean {
    return this.#areOfAll;
  }

  /** See DeviceStack.remove. */
  async removeOne(lun: number, options: RemovalOptions): Promise<RemovalReport> {
    return await this.#inTurn(async () => {
      const device = this.#context.devices.get(lun);
      const report = await this.#remove(device === undefined ? [] : [device], 'removal', options);
      this.#context.inventory.hide(lun);
      return report;
    });
  }

  /** See DeviceStack.removeAll. Calls `removed` as soon as there are no more, before anybody can open another. */
  async removeAll(options: RemovalOptions, removed: () => void): Promise<RemovalReport> {
    return await this.#inTurn(async () => {
      this.#areOfAll = true;
      try {
        const report = await this.#remove([...this.#context.devices.values()], 'logout', options);
        removed();
        return report;
      } finally {
        this.#areOfAll = false;
      }
    });
  }

  /** The target has taken a device away: what is left of it is waited for in turn, like any removal. */
  unitRemoved(device: Device, facts: DeviceFacts): void {
    const { disk } = device;
    const { isLost, options, events } = this.#context;
    forget(this.#context, device);
    if (isLost && disk !== undefined) options.endTasks(disk.details.lun, (effect) => device.refusal(effect));
    const removed = this.#inTurn(() => this.#remove([device], 'gone', { force: true }));
    void removed.then((report) => {
      const { holders, unknownWrites, flushErrors } = report;
      if (holders.length + unknownWrites.length + flushErrors.length === 0) return;
      events.emit('deviceLossReported', facts, report);
    });
  }

  async #remove(devices: readonly Device[], reason: RemovalReason, options: RemovalOptions): Promise<RemovalReport> {
    const { force: isForced = false, ...given } = options;
    const limits = { ...this.#context.options.limits, ...given, isForced };
    const report = await removeDevices(devices, limits, this.#surroundings(reason));
    for (const device of devices) forget(this.#context, device);
    return report;
  }

  #surroundings(reason: RemovalReason): RemovalSurroundings {
    const { clock, endTasks, endTasksTimeoutMs } = this.#context.options;
    return {
      clock,
      reason,
      isLost: () => this.#context.isLost,
      giveUp: (devices, limitMs) => {
        for (const device of devices) {
          const { name, disk } = device;
          device.expel(drainTimeout(name, limitMs, 'none'));
          // Another device may have been opened at its LUN since it was taken away.
          const isReplaced = (this.#context.devices.get(device.lun) ?? device) !== device;
          if (disk !== undefined && !isReplaced)
            endTasks(disk.details.lun, (effect) => drainTimeout(name, limitMs, effect));
        }
      },
      giveUpTimeoutMs: endTasksTimeoutMs,
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function drainTimeout(device: string, limitMs: number, effect: Effect): TimeoutError {
  const message = `A request to ${device} did not finish in ${limitMs} ms before its removal`;
  return new TimeoutError('ISCSI_DRAIN_TIMEOUT', message, { operation: 'drain', limitMs, effect });
}
