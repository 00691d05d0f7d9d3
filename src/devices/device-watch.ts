// Keeping up with the target: devices that are new, gone, resized, or not the ones any more that were opened.

import { type Deferred, IscsiError, sleep, TimeoutError, TransportError, withDeadline } from '../base/index.ts';
import type { CheckedUnit, Disk, UnitChange } from '../disk/index.ts';
import { isOfDevice, isOfSession } from './check-failures.ts';
import type { Device } from './device.ts';
import { askWho } from './device-check.ts';
import { type ComparisonActions, DeviceComparison } from './device-comparison.ts';
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
import { diskOptionsOf, factsOfUnit, type StackContext } from './stack-context.ts';

/** The wait before a device is asked again that has not answered, or whom the question did not reach. */
const retryMs = 1000;

/** How long a device may take to say what it is before a session goes on: the others wait for it. */
const aheadLimitMs = 5000;

/** Watches the devices of one session. */
export class DeviceWatch {
  readonly #context: StackContext;
  readonly #followUp: FollowUp<Device>;
  readonly #comparison: DeviceComparison;
  /** Devices whose unit attentions, which wait behind a reinstatement, have not been met. */
  readonly #unmet = new WeakSet<Device>();
  /** What was noticed while the session was lost, or about to be back. */
  #meanwhile = nothingToFind<Device>();

  constructor(context: StackContext, actions: ComparisonActions) {
    this.#context = context;
    this.#comparison = new DeviceComparison(context, actions);
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
      if (inventory.isLoaded) findings.isInventoryAsked = true;
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
   * Compares every opened device with what it was, over a port that goes ahead of all queues. One that cannot say what it is
   * holds up nobody else: its commands are kept back, and it is asked again when the session goes on. Rejects when the
   * questions do not get through.
   */
  async checkAll(port: DevicePort, signal: AbortSignal): Promise<void> {
    const devices = this.#opened();
    for (const device of devices) this.#unmet.add(device);
    const checks = await Promise.allSettled(devices.map((device) => this.#checkAhead(device, port, signal)));
    const failed = checks.find((check) => check.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #checkAhead(device: Device, port: DevicePort, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context.options;
    let answered: Deferred<void> | undefined;
    const ask = async (disk: Disk, either: AbortSignal): Promise<CheckedUnit | undefined> => {
      await this.#meet(device, disk, port, either);
      either.throwIfAborted();
      // What has been noticed up to here, the questions find out.
      answered = this.#meanwhile.check.get(device);
      this.#meanwhile.check.delete(device);
      return await askWho(this.#context, disk, port, this.#meanwhile, either);
    };
    try {
      await this.#comparison.compare(
        device,
        async (disk) =>
          await withDeadline(
            clock,
            aheadLimitMs,
            () => tooSlow(device.name),
            signal,
            (either) => ask(disk, either),
          ),
      );
      answered?.resolve();
    } catch (error) {
      if (answered !== undefined) keepCheck(this.#meanwhile, device, answered);
      signal.throwIfAborted();
      if (!isOfDevice(error)) throw error;
      this.#putOff(device);
    }
  }

  /** Compares a device later. What waits in the session for it goes back to its disk, and so behind the gate. */
  #putOff(device: Device): void {
    const { targetName, options } = this.#context;
    device.hold(wishCheck(this.#meanwhile, device));
    const { disk, name } = device;
    const message = `${name} did not say what it is after the session was lost`;
    if (disk === undefined) return;
    options.endTasks(disk.details.lun, (effect) => {
      return new TransportError('ISCSI_CONNECTION_LOST', message, { address: targetName, effect });
    });
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
        await this.#comparison.compare(device, async (disk) => {
          await this.#meet(device, disk, this.#context.port, signal);
          return await askWho(this.#context, disk, this.#context.port, findings, signal);
        });
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof IscsiError) || isOfSession(error)) throw error;
        await sleep(this.#context.options.clock, retryMs, signal);
      }
    }
  }

  /** Meets what waits behind a reinstatement before the questions do: it decides what a flush may promise. */
  async #meet(device: Device, disk: Disk, port: DevicePort, signal: AbortSignal): Promise<void> {
    if (!this.#unmet.has(device)) return;
    await disk.resume(port, signal);
    this.#unmet.delete(device);
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

/** What a device told that was asked too long may be told to nobody else. */
function tooSlow(device: string): TimeoutError {
  const message = `${device} did not say what it is in ${aheadLimitMs} ms`;
  return new TimeoutError('ISCSI_TASK_TIMEOUT', message, {
    operation: 'identification',
    limitMs: aheadLimitMs,
    effect: 'unknown',
  });
}
