// Choices that depend on a seed alone.

import { seededRandom } from '../../src/base/index.ts';

/** A source of choices. */
export class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** For the `index`th of many things, without having drawn those before it. */
  static at(seed: number, index: number): Draw {
    return new Draw(Math.imul(seed + 1, 0x2545_f491) ^ Math.imul(index + 1, 0x9e37_79b1));
  }

  /** An integer from 0 up to `bound`, not included. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** An integer, both ends included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to pick from');
    return choice;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.#random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return this.pick(entries.map(([key]) => key));
  }
}
