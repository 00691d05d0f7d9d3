// The order in which the tasks of a logical unit may run, by their task attributes (SAM-5 §8.6).

/** How a task stands to the others of its task set. */
export type TaskAttribute = 'simple' | 'ordered' | 'headOfQueue';

/** What a task set knows of a task. */
export interface TaskSetEntry {
  readonly attribute: TaskAttribute;
  /** Called once, when the task may run. */
  start(): void;
}

interface Slot {
  readonly entry: TaskSetEntry;
  isRunning: boolean;
}

/**
 * The tasks of one logical unit, oldest first. Simple tasks run beside each other; an ordered task waits for all that
 * came before it and holds back all simple and ordered ones that come after; a head-of-queue task runs at once and
 * holds back nothing, since it is ahead of the others as soon as it arrives.
 */
export class TaskSet {
  readonly #slots = new Map<TaskSetEntry, Slot>();
  #orderedCount = 0;

  get size(): number {
    return this.#slots.size;
  }

  /** The tasks in their order of arrival. */
  entries(): TaskSetEntry[] {
    return [...this.#slots.keys()];
  }

  /** Takes a task in and starts it when its turn has come already. */
  enter(entry: TaskSetEntry): void {
    const slot: Slot = { entry, isRunning: false };
    const mayRun =
      entry.attribute === 'headOfQueue' ||
      (this.#orderedCount === 0 && (entry.attribute === 'simple' || this.#isQuiet()));
    this.#slots.set(entry, slot);
    if (entry.attribute === 'ordered') this.#orderedCount += 1;
    if (!mayRun) return;
    slot.isRunning = true;
    entry.start();
  }

  /** Lets a task go, run or not, and starts those that waited for it. A task that is not there is passed over. */
  leave(entry: TaskSetEntry): void {
    if (!this.#slots.delete(entry)) return;
    if (entry.attribute === 'ordered') this.#orderedCount -= 1;
    else if (this.#orderedCount === 0) return;
    this.#startWaiting();
  }

  #isQuiet(): boolean {
    for (const slot of this.#slots.values()) if (slot.entry.attribute !== 'headOfQueue') return false;
    return true;
  }

  #startWaiting(): void {
    const ready: TaskSetEntry[] = [];
    let isFirst = true;
    for (const slot of this.#slots.values()) {
      const { attribute } = slot.entry;
      if (attribute === 'headOfQueue') continue;
      if (attribute === 'ordered' && !isFirst) break;
      isFirst = false;
      if (!slot.isRunning) {
        slot.isRunning = true;
        ready.push(slot.entry);
      }
      if (attribute === 'ordered') break;
    }
    for (const entry of ready) entry.start();
  }
}
