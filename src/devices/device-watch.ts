// Keeping up with the target: devices that are new, gone, resized, or not the ones any more that were opened.

import { asIscsiError, type IscsiError } from '../base/index.ts';
import { type CheckedUnit, type Disk, isSameUnit, type UnitChange } from '../disk/index.ts';
import type { Device } from './device.ts';
import { askWho, isOfDevice } from './device-check.ts';
import type { DeviceFacts } from './device-events.ts';
import type { DevicePort } from './device-gate.ts';
import { type Findings, FollowUp, nothingToFind } from './follow-up.ts';
import { diskOptionsOf, factsOf, factsOfUnit, publishLoss, type StackContext } from './stack-context.ts';

/** After so many checks that came to nothing a device counts as gone: nobody can say what answers there. */
const mostFailedChecks = 3;

/** What the watch has done to a device that is not what it was. */
export interface WatchActions {
  /** The target has taken the device away. Requests under way may still finish. */
  removed(device: Device, facts: DeviceFacts): void;
  /** Another device has taken its place, so that it gets no I/O any more. */
  replaced(device: Device): void;
}

/** Watches the devices of one session. */
export class DeviceWatch {
  readonly #context: StackContext;
  readonly #actions: WatchActions;
  readonly #followUp: FollowUp<Device>;
  readonly #failedChecks = new WeakMap<Device, number>();
  /** What was noticed while the session was lost, or about to be back. */
  #meanwhile = nothingToFind<Device>();

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
    if (this.#context.isLost) {
      this.#put(this.#meanwhile, lun, change);
      return;
    }
    const affected = this.#affected(lun, change);
    const done = this.#followUp.add((findings) => {
      this.#put(findings, lun, change);
    });
    this.#keepBack(change === 'capacity' ? [] : affected, done);
  }

  /**
   * The session takes commands again: what happened while it was reinstated is followed up. A target that was away may
   * have come back with other units, and other INQUIRY data of those that nobody has open.
   */
  resumed(): void {
    const { inventory } = this.#context;
    const { check, inquire, isInventoryAsked } = this.#meanwhile;
    this.#meanwhile = nothingToFind();
    if (!inventory.isLoaded && !isInventoryAsked && check.size === 0) return;
    const done = this.#followUp.add((findings) => {
      findings.isInventoryAsked = true;
      for (const lun of inquire) findings.inquire.add(lun);
      for (const { lun } of inventory.units) findings.inquire.add(lun);
      for (const device of check) findings.check.add(device);
    });
    this.#keepBack(check, done);
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
    this.#meanwhile = nothingToFind();
    this.#followUp.stop(reason);
  }

  /**
   * Compares every opened device with what it was, over a port that goes ahead of all queues. Rejects when one of them
   * cannot be asked now.
   */
  async checkAll(port: DevicePort, signal: AbortSignal): Promise<void> {
    const checks = await Promise.allSettled(
      this.#opened().map((device) =>
        this.#check(device, async (disk) => {
          // Before the questions meet a unit attention: what it says of the cache decides what a flush may promise.
          await disk.resume(port, signal);
          // What has been noticed up to here, the questions find out.
          this.#meanwhile.check.delete(device);
          return await askWho(this.#context, disk, port, this.#meanwhile, signal);
        }),
      ),
    );
    const failed = checks.find((check) => check.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #round(findings: Findings<Device>, signal: AbortSignal): Promise<void> {
    const { inventory, questions } = this.#context;
    if (findings.isRescan) inventory.reveal();
    await Promise.all([...findings.check].map((device) => this.#insist(device, signal, findings)));
    if (findings.isInventoryAsked || findings.inquire.size > 0) {
      const changes = await inventory.refresh(questions, findings.inquire, diskOptionsOf(this.#context, signal));
      await this.#publish(changes, signal, findings);
    }
  }

  async #publish(
    { added, missing, changed }: Awaited<ReturnType<StackContext['inventory']['refresh']>>,
    signal: AbortSignal,
    findings: Findings<Device>,
  ): Promise<void> {
    const { events, inventory, devices } = this.#context;
    for (const unit of missing) {
      const device = devices.get(unit.lun);
      if (device === undefined) {
        const facts = factsOfUnit(this.#context, unit);
        inventory.forget(unit.lun);
        events.emit('deviceRemoved', facts);
      } else if (!findings.check.has(device)) {
        await this.#insist(device, signal, findings);
      }
    }
    for (const unit of added) events.emit('deviceAdded', factsOfUnit(this.#context, unit));
    for (const { from, to } of changed) {
      const { lun, name } = factsOfUnit(this.#context, to);
      events.emit('deviceChanged', { lun, name, from, to });
    }
  }

  /** Checks until there is a result. */
  async #insist(device: Device, signal: AbortSignal, findings: Findings<Device>): Promise<void> {
    for (;;) {
      try {
        await this.#check(device, (disk) => askWho(this.#context, disk, this.#context.port, findings, signal));
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!isOfDevice(error)) throw error;
      }
    }
  }

  /** Compares a device with what it was. */
  async #check(device: Device, ask: (disk: Disk) => Promise<CheckedUnit | undefined>): Promise<void> {
    const { disk } = device;
    if (disk === undefined || device.isOver) return;
    let checked: CheckedUnit | undefined;
    try {
      checked = await ask(disk);
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
    publishLoss(this.#context, facts, 'replaced');
    if (facts.holders.length === 0) {
      device.finish();
      this.#context.devices.delete(device.lun);
    } else {
      this.#actions.replaced(device);
    }
    this.#context.events.emit('deviceReplaced', { device: facts, from: disk.identity, to });
  }

  #removed(device: Device, reason: IscsiError | undefined): void {
    const { inventory, events } = this.#context;
    const facts = { ...factsOf(this.#context, device), state: 'gone' } as const;
    device.move('unitRemoved');
    inventory.forget(device.lun);
    publishLoss(this.#context, facts, 'removed');
    this.#actions.removed(device, facts);
    if (facts.holders.length > 0) events.emit('deviceRemovedInUse', facts, reason);
    else events.emit('deviceRemoved', facts);
  }

  #countFailure(device: Device): number {
    const count = (this.#failedChecks.get(device) ?? 0) + 1;
    this.#failedChecks.set(device, count);
    return count;
  }

  /** A target that has told one unit of a new inventory need not tell the others (SPC-4 §6.33). */
  #affected(lun: number | undefined, change: UnitChange): Device[] {
    if (change === 'inventory') return this.#opened();
    const device = lun === undefined ? undefined : this.#context.devices.get(lun);
    return device === undefined ? [] : [device];
  }

  #put(findings: Findings<Device>, lun: number | undefined, change: UnitChange): void {
    if (change === 'inventory') findings.isInventoryAsked = true;
    if (change === 'inquiry' && lun !== undefined) findings.inquire.add(lun);
    for (const device of this.#affected(lun, change)) findings.check.add(device);
  }

  /** Lets no command of these devices out before `done` has settled. */
  #keepBack(devices: Iterable<Device>, done: Promise<void>): void {
    const settled = done.catch(() => {
      // What could not be found out is asked again with the next question, or after the session has come back.
      this.#context.inventory.expire();
    });
    for (const device of devices) device.hold(settled);
  }

  #opened(): Device[] {
    return [...this.#context.devices.values()].filter(({ disk }) => disk !== undefined);
  }
}
