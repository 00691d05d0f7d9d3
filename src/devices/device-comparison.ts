// Comparing a device with what it was when it was opened, and what follows from it: another size, another device, none.

import { asIscsiError, type IscsiError } from '../base/index.ts';
import { type CheckedUnit, type Disk, isSameUnit } from '../disk/index.ts';
import { isOfDevice } from './check-failures.ts';
import type { Device } from './device.ts';
import type { DeviceFacts } from './device-events.ts';
import { factsOf, publishLoss, type StackContext } from './stack-context.ts';

/** After so many questions that came to nothing a device counts as gone: nobody can say what answers there. */
const mostFailures = 3;

/** What has been done to a device that is not what it was. */
export interface ComparisonActions {
  /** The target has taken the device away. Requests under way may still finish. */
  removed(device: Device, facts: DeviceFacts): void;
  /** Another device has taken its place, so that it gets no I/O any more. */
  replaced(device: Device): void;
}

/** The comparisons of one session's devices. */
export class DeviceComparison {
  readonly #context: StackContext;
  readonly #actions: ComparisonActions;
  readonly #failures = new WeakMap<Device, number>();

  constructor(context: StackContext, actions: ComparisonActions) {
    this.#context = context;
    this.#actions = actions;
  }

  /** Compares a device with what it was. */
  async compare(device: Device, ask: (disk: Disk) => Promise<CheckedUnit | undefined>): Promise<void> {
    const { disk } = device;
    if (disk === undefined || device.isOver) return;
    let checked: CheckedUnit | undefined;
    try {
      checked = await ask(disk);
    } catch (error) {
      if (isOfDevice(error) && this.#countFailure(device) >= mostFailures) {
        this.#removed(device, asIscsiError(error));
        return;
      }
      throw error;
    }
    this.#failures.delete(device);
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
    const count = (this.#failures.get(device) ?? 0) + 1;
    this.#failures.set(device, count);
    return count;
  }
}
