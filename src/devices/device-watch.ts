// Keeping up with the target: devices that are new, gone, resized, or not the ones any more that were opened.

import { asIscsiError, type Deferred, IscsiError, sleep } from '../base/index.ts';
import { type CheckedUnit, type Disk, isSameUnit, type UnitChange } from '../disk/index.ts';
import { isOfDevice, isOfSession } from './check-failures.ts';
import type { Device } from './device.ts';
import { askWho } from './device-check.ts';
import type { DeviceFacts } from './device-events.ts';
import type { DevicePort } from './device-gate.ts';
import {
  type Findings,
  FollowUp,
  keepCheck,
  mergeFindings,
  nothingToFind,
  releaseChecks,
  wishCheck,
} from './follow-up.ts';
import { diskOptionsOf, factsOf, factsOfUnit, publishLoss, type StackContext } from './stack-context.ts';

/** After so many checks that came to nothing a device counts as gone: nobody can say what answers there. */
const mostFailedChecks = 3;

/** The wait before a device is asked again whom the question did not reach. */
const retryMs = 1000;

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
    if (this.#context.isLost) this.#put(this.#meanwhile, lun, change);
    else {
      this.#inBackground((findings) => {
        this.#put(findings, lun, change);
      });
    }
  }

  /** The session is lost: what is being asked goes on when it is back, and until then nothing of those devices goes out. */
  suspend(reason: Error): void {
    mergeFindings(this.#meanwhile, this.#followUp.stop(reason));
  }

  /**
   * The session takes commands again: what happened while it was lost is followed up. A target that was away may have
   * come back with other units, and other INQUIRY data of those that nobody has open.
   */
  resumed(): void {
    const { inventory } = this.#context;
    const meanwhile = this.#meanwhile;
    this.#meanwhile = nothingToFind();
    if (!inventory.isLoaded && !meanwhile.isInventoryAsked && meanwhile.check.size === 0) return;
    this.#inBackground((findings) => {
      mergeFindings(findings, meanwhile);
      findings.isInventoryAsked = true;
      for (const { lun } of inventory.units) findings.inquire.add(lun);
    });
  }

  /** A request failed because there is no such unit: looks whether it is gone. */
  missed(device: Device): void {
    this.#inBackground((findings) => {
      void wishCheck(findings, device);
    });
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
    this.suspend(reason);
    releaseChecks(this.#meanwhile);
    this.#meanwhile = nothingToFind();
  }

  /**
   * Compares every opened device with what it was, over a port that goes ahead of all queues. Rejects when one of them
   * cannot be asked now.
   */
  async checkAll(port: DevicePort, signal: AbortSignal): Promise<void> {
    const checks = await Promise.allSettled(this.#opened().map((device) => this.#checkAhead(device, port, signal)));
    const failed = checks.find((check) => check.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #checkAhead(device: Device, port: DevicePort, signal: AbortSignal): Promise<void> {
    let answered: Deferred<void> | undefined;
    try {
      await this.#check(device, async (disk) => {
        // Before the questions meet a unit attention: what it says of the cache decides what a flush may promise.
        await disk.resume(port, signal);
        // What has been noticed up to here, the questions find out.
        answered = this.#meanwhile.check.get(device);
        this.#meanwhile.check.delete(device);
        return await askWho(this.#context, disk, port, this.#meanwhile, signal);
      });
      answered?.resolve();
    } catch (error) {
      if (answered !== undefined) keepCheck(this.#meanwhile, device, answered);
      throw error;
    }
  }

  async #round(findings: Findings<Device>, signal: AbortSignal): Promise<void> {
    const { inventory, questions } = this.#context;
    if (findings.isRescan) inventory.reveal();
    const checked = new Set(findings.check.keys());
    await Promise.all([...checked].map((device) => this.#settleCheck(device, signal, findings)));
    if (findings.isInventoryAsked || findings.inquire.size > 0) {
      const changes = await inventory.refresh(questions, findings.inquire, diskOptionsOf(this.#context, signal));
      await this.#publish(changes, signal, checked);
    }
  }

  /** One device must not have to wait for another, which may be stuck. */
  async #settleCheck(device: Device, signal: AbortSignal, findings: Findings<Device>): Promise<void> {
    try {
      await this.#insist(device, signal, findings);
    } finally {
      if (!signal.aborted) {
        findings.check.get(device)?.resolve();
        findings.check.delete(device);
      }
    }
  }

  async #publish(
    { added, missing, changed }: Awaited<ReturnType<StackContext['inventory']['refresh']>>,
    signal: AbortSignal,
    checked: ReadonlySet<Device>,
  ): Promise<void> {
    const { events, inventory, devices } = this.#context;
    const more = nothingToFind<Device>();
    for (const unit of missing) {
      const device = devices.get(unit.lun);
      if (device === undefined) {
        const facts = factsOfUnit(this.#context, unit);
        inventory.forget(unit.lun);
        events.emit('deviceRemoved', facts);
      } else if (!checked.has(device)) {
        await this.#insist(device, signal, more);
      }
    }
    for (const unit of added) events.emit('deviceAdded', factsOfUnit(this.#context, unit));
    for (const { from, to } of changed) {
      const { lun, name } = factsOfUnit(this.#context, to);
      events.emit('deviceChanged', { lun, name, from, to });
    }
    if (!more.isInventoryAsked && more.inquire.size === 0) return;
    this.#inBackground((findings) => {
      mergeFindings(findings, more);
    });
  }

  /** Checks until there is a result. Rejects when the session is not there, and with the signal's reason. */
  async #insist(device: Device, signal: AbortSignal, findings: Findings<Device>): Promise<void> {
    for (;;) {
      try {
        await this.#check(device, (disk) => askWho(this.#context, disk, this.#context.port, findings, signal));
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof IscsiError) || isOfSession(error)) throw error;
        // What stands in the way is not the device's fault, and will pass.
        if (!isOfDevice(error)) await sleep(this.#context.options.clock, retryMs, signal);
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
    for (const device of this.#affected(lun, change)) {
      const checked = wishCheck(findings, device);
      if (change !== 'capacity') device.hold(checked);
    }
  }

  #inBackground(wish: (findings: Findings<Device>) => void): void {
    this.#followUp.add(wish).catch(() => {
      // What could not be found out is asked again with the next question, or after the session has come back.
      this.#context.inventory.expire();
    });
  }

  #opened(): Device[] {
    return [...this.#context.devices.values()].filter(({ disk }) => disk !== undefined);
  }
}
