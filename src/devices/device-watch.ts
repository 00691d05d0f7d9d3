// Keeping up with the target: devices that are new, gone, resized, or not the ones any more that were opened.

import { asIscsiError, type IscsiError, ScsiError, TimeoutError } from '../base/index.ts';
import {
  type CheckedUnit,
  checkUnit,
  type Disk,
  type DiskOptions,
  isSameUnit,
  type UnitChange,
} from '../disk/index.ts';
import type { Device } from './device.ts';
import type { DevicePort } from './device-gate.ts';
import { type Findings, FollowUp } from './follow-up.ts';
import { factsOf, factsOfUnit, type StackContext } from './stack-context.ts';

/** After so many checks that came to nothing a device counts as gone: nobody can say what answers there. */
const mostFailedChecks = 3;

/** What the watch has done to a device that is not what it was. */
export interface WatchActions {
  /** The target has taken the device away. Requests under way may still finish. */
  removed(device: Device, reason: IscsiError | undefined): void;
}

/** Watches the devices of one session. */
export class DeviceWatch {
  readonly #context: StackContext;
  readonly #actions: WatchActions;
  readonly #followUp: FollowUp<Device>;
  readonly #failedChecks = new WeakMap<Device, number>();

  constructor(context: StackContext, actions: WatchActions) {
    this.#context = context;
    this.#actions = actions;
    this.#followUp = new FollowUp((findings, signal) => this.#round(findings, signal));
  }

  /**
   * A unit attention on this LUN told of a change. When it may be another device that answers from now on, no command of
   * a disk goes out before its identity has been compared.
   */
  noticed(lun: number | undefined, change: UnitChange): void {
    const own = lun === undefined ? undefined : this.#context.devices.get(lun);
    // A target that has told one unit of a new inventory need not tell the others (SPC-4 §6.33).
    const affected = change === 'inventory' ? this.#opened() : own === undefined ? [] : [own];
    const done = this.#followUp.add((findings) => {
      if (change === 'inventory') findings.isInventoryAsked = true;
      if (change === 'inquiry' && lun !== undefined) findings.inquire.add(lun);
      for (const device of affected) findings.check.add(device);
    });
    const settled = done.catch(() => {
      // What could not be found out is asked again with the next question, or after the session has come back.
      this.#context.inventory.expire();
    });
    if (change === 'capacity') return;
    for (const device of affected) device.hold(settled);
  }

  /** A request failed because there is no such unit: looks whether it is gone. */
  missed(device: Device): void {
    this.#followUp
      .add((findings) => {
        findings.check.add(device);
      })
      .catch(() => undefined);
  }

  /** Lists the units anew. Rejects with what the questions reject with. */
  async list(isRescan: boolean): Promise<void> {
    await this.#followUp.add((findings) => {
      findings.isInventoryAsked = true;
      if (isRescan) findings.isRescan = true;
    });
  }

  /** Whatever is being asked is pointless now. */
  stop(reason: Error): void {
    this.#followUp.stop(reason);
  }

  /**
   * Compares every opened device with what it was, over a port that goes ahead of all queues. Rejects when one of them
   * cannot be asked now.
   */
  async checkAll(port: DevicePort, signal: AbortSignal): Promise<void> {
    const checks = await Promise.allSettled(
      this.#opened().map(async (device) => {
        // Before the questions meet a unit attention: what it says of the cache decides what a flush may promise.
        await device.disk?.resume(port, signal);
        await this.#check(device, port, signal);
      }),
    );
    const failed = checks.find((check) => check.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #round(findings: Findings<Device>, signal: AbortSignal): Promise<void> {
    const { inventory, port } = this.#context;
    if (findings.isRescan) inventory.reveal();
    await Promise.all([...findings.check].map((device) => this.#insist(device, signal)));
    if (findings.isInventoryAsked || findings.inquire.size > 0) {
      const changes = await inventory.refresh(port, findings.inquire, this.#diskOptions(signal));
      await this.#publish(changes, findings.check, signal);
    }
  }

  async #publish(
    { added, missing, changed }: Awaited<ReturnType<StackContext['inventory']['refresh']>>,
    checked: ReadonlySet<Device>,
    signal: AbortSignal,
  ): Promise<void> {
    const { events, inventory, devices } = this.#context;
    for (const unit of missing) {
      const device = devices.get(unit.lun);
      if (device === undefined) {
        const facts = factsOfUnit(this.#context, unit);
        inventory.forget(unit.lun);
        events.emit('deviceRemoved', facts);
      } else if (!checked.has(device)) {
        await this.#insist(device, signal);
      }
    }
    for (const unit of added) events.emit('deviceAdded', factsOfUnit(this.#context, unit));
    for (const { from, to } of changed) {
      const { lun, name } = factsOfUnit(this.#context, to);
      events.emit('deviceChanged', { lun, name, from, to });
    }
  }

  /** Checks until there is a result. */
  async #insist(device: Device, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#check(device, this.#context.port, signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!isOfDevice(error)) throw error;
      }
    }
  }

  async #check(device: Device, port: DevicePort, signal: AbortSignal): Promise<void> {
    const { disk } = device;
    if (disk === undefined || device.isOver) return;
    let checked: CheckedUnit | undefined;
    try {
      checked = await checkUnit(port, disk.details.lun, this.#diskOptions(signal));
    } catch (error) {
      if (isOfDevice(error) && this.#countFailure(device) >= mostFailedChecks) {
        this.#removed(device, asIscsiError(error));
        return;
      }
      throw error;
    }
    this.#failedChecks.delete(device);
    this.#conclude(device, disk, checked);
  }

  #conclude(device: Device, disk: Disk, checked: CheckedUnit | undefined): void {
    // A removal may have ended while the question was under way.
    if (device.isOver) return;
    if (checked === undefined) this.#removed(device, undefined);
    else if (isSameUnit(disk, checked)) this.#resized(device, checked);
    else this.#replaced(device, checked);
  }

  #resized(device: Device, checked: CheckedUnit): void {
    const from = device.resize(checked);
    const { lun, name, disk } = device;
    if (from === undefined || disk === undefined) return;
    this.#context.events.emit('deviceResized', { lun, name, from, to: disk.size });
  }

  #replaced(device: Device, { identity: to }: CheckedUnit): void {
    const { disk } = device;
    if (disk === undefined) return;
    const facts = { ...factsOf(this.#context, device), state: 'changed' } as const;
    device.move('identityDiffered');
    this.#context.options.endTasks(disk.details.lun, (effect) => device.refusal(effect));
    this.#context.inventory.forget(device.lun);
    this.#context.inventory.expire();
    if (facts.holders.length === 0) {
      device.finish();
      this.#context.devices.delete(device.lun);
    }
    this.#context.events.emit('deviceReplaced', { device: facts, from: disk.identity, to });
  }

  #removed(device: Device, reason: IscsiError | undefined): void {
    const { inventory, events } = this.#context;
    const facts = { ...factsOf(this.#context, device), state: 'gone' } as const;
    device.move('unitRemoved');
    inventory.forget(device.lun);
    this.#actions.removed(device, reason);
    if (facts.holders.length > 0) events.emit('deviceRemovedInUse', facts, reason);
    else events.emit('deviceRemoved', facts);
  }

  #countFailure(device: Device): number {
    const count = (this.#failedChecks.get(device) ?? 0) + 1;
    this.#failedChecks.set(device, count);
    return count;
  }

  #opened(): Device[] {
    return [...this.#context.devices.values()].filter(({ disk }) => disk !== undefined);
  }

  #diskOptions(signal: AbortSignal): DiskOptions {
    const { clock, disk } = this.#context.options;
    return { clock, ...disk, signal };
  }
}

/** Whether a check failed at the device, and not on the way to it. */
function isOfDevice(error: unknown): boolean {
  return error instanceof ScsiError || (error instanceof TimeoutError && error.code === 'ISCSI_TASK_TIMEOUT');
}
