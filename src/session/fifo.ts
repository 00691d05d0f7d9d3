// A queue with a bound and a name: first in, first out, without moving what waits.

import { channels } from '../base/index.ts';

/** A bounded queue. */
export class Fifo<Item> {
  readonly #name: string;
  readonly #bound: number;
  #items: (Item | undefined)[] = [];
  #head = 0;

  /** `name` and `bound` are what `hawser:queue:full` tells. */
  constructor(name: string, bound: number) {
    this.#name = name;
    this.#bound = bound;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Adds at the end; false when the queue is full. */
  push(item: Item): boolean {
    if (this.length >= this.#bound) {
      channels.queueFull.publish({ name: this.#name, bound: this.#bound });
      return false;
    }
    this.#items.push(item);
    return true;
  }

  /** Takes one item out of the middle; false when it is not there. */
  remove(item: Item): boolean {
    const at = this.#items.indexOf(item, this.#head);
    if (at < 0) return false;
    this.#items.splice(at, 1);
    return true;
  }

  /** Takes the first item that `matches`; undefined when there is none. */
  takeFirst(matches: (item: Item) => boolean): Item | undefined {
    const at = this.#items.findIndex((item) => item !== undefined && matches(item));
    if (at < 0) return undefined;
    return at === this.#head ? this.shift() : this.#items.splice(at, 1)[0];
  }

  /** What waits now, as a list of its own. */
  items(): Item[] {
    return this.#items.slice(this.#head) as Item[];
  }

  /** Takes the first item; undefined when there is none. */
  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes everything. */
  drain(): Item[] {
    const rest = this.items();
    this.#items = [];
    this.#head = 0;
    return rest;
  }
}
