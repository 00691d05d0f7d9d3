// The logical units that a target shows: listed when somebody asks or the target says that they have changed.

import { equalLun } from '../base/index.ts';
import { type DiskOptions, inquireUnit, listUnits, type UnitAddress, type UnitFacts } from '../disk/index.ts';
import { isOfDevice } from './check-failures.ts';
import type { DevicePort } from './device-gate.ts';

/** What a new list brought. */
export interface InventoryChanges {
  readonly added: readonly UnitFacts[];
  /** Not in the list any more. */
  readonly missing: readonly UnitFacts[];
  readonly changed: readonly { readonly from: UnitFacts; readonly to: UnitFacts }[];
}

/** What a session knows of its target's logical units. */
export class Inventory {
  readonly #units = new Map<number, UnitFacts>();
  /** Removed by hand: not shown until somebody opens them or asks for everything. */
  readonly #hidden = new Set<number>();
  #isLoaded = false;
  #isStale = false;

  /** Whether it has been listed, and nothing has said since that it has changed. */
  get isFresh(): boolean {
    return this.#isLoaded && !this.#isStale;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get units(): UnitFacts[] {
    return [...this.#units.values()];
  }

  unit(lun: number): UnitFacts | undefined {
    return this.#units.get(lun);
  }

  /** Something may have changed. */
  expire(): void {
    this.#isStale = true;
  }

  /** Keeps a LUN out of the list that is still there. */
  hide(lun: number): void {
    this.#units.delete(lun);
    this.#hidden.add(lun);
  }

  /** Shows a LUN again at the next listing, or all of them. */
  reveal(lun?: number): void {
    if (lun === undefined) this.#hidden.clear();
    else if (this.#hidden.delete(lun)) this.#isStale = true;
  }

  /** The unit is not there any more. */
  forget(lun: number): void {
    this.#units.delete(lun);
  }

  /** Nothing is there any more. */
  clear(): void {
    this.#units.clear();
    this.#isStale = true;
  }

  /**
   * Lists the units anew; those that are new and those in `again` are asked what they are. What is missing stays known
   * until it is forgotten. Rejects with what the questions reject with, and then everything is as it was.
   */
  async refresh(port: DevicePort, again: ReadonlySet<number>, options: DiskOptions): Promise<InventoryChanges> {
    this.#isStale = false;
    try {
      const listed = await listUnits(port, options);
      const found: UnitFacts[] = [];
      for (const unit of listed) {
        if (this.#hidden.has(unit.lun)) continue;
        const known = this.#units.get(unit.lun);
        const isKnown = known !== undefined && !again.has(unit.lun) && equalLun(known.address, unit.address);
        const facts = isKnown ? known : await this.#inquire(port, unit, options);
        if (facts !== undefined) found.push(facts);
      }
      const numbers = new Set(listed.map(({ lun }) => lun));
      for (const lun of this.#hidden) if (!numbers.has(lun)) this.#hidden.delete(lun);
      return this.#take(found);
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  /** One device that cannot tell what it is must not hide the others. */
  async #inquire(port: DevicePort, unit: UnitAddress, options: DiskOptions): Promise<UnitFacts | undefined> {
    try {
      return await inquireUnit(port, unit, options);
    } catch (error) {
      if (!isOfDevice(error)) throw error;
      this.#isStale = true;
      return this.#units.get(unit.lun);
    }
  }

  #take(found: readonly UnitFacts[]): InventoryChanges {
    const added: UnitFacts[] = [];
    const changed: { from: UnitFacts; to: UnitFacts }[] = [];
    const missing = this.units.filter(({ lun }) => !found.some((unit) => unit.lun === lun));
    for (const unit of found) {
      const known = this.#units.get(unit.lun);
      if (known === undefined) added.push(unit);
      else if (isDifferent(known, unit)) changed.push({ from: known, to: unit });
      this.#units.set(unit.lun, unit);
    }
    this.#isLoaded = true;
    return { added, missing, changed };
  }
}

function isDifferent(a: UnitFacts, b: UnitFacts): boolean {
  return (['vendor', 'product', 'revision', 'deviceType'] as const).some((field) => a[field] !== b[field]);
}
