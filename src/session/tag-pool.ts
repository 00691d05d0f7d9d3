// Initiator task tags: who waits for an answer, found by tag without a search. A tag that has been used is not used
// again soon, so that a late answer to an old task cannot be taken for a new one's.

/** The largest number of tags in use at once: a slot takes 16 bits of the tag. */
export const mostTags = 0xffff;

/** Hands out task tags to holders. A tag is (generation << 16 | slot) and never the reserved tag ffffffffh. */
export class TagPool<Holder> {
  readonly #bound: number;
  readonly #holders: (Holder | undefined)[] = [];
  readonly #tags: number[] = [];
  readonly #free: number[] = [];
  #size = 0;

  /** `bound`: how many tags may be in use at once, 1 to `mostTags`. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** How many tags are in use. */
  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.#bound;
  }

  /** Takes a tag for `holder`; undefined when all are in use. */
  acquire(holder: Holder): number | undefined {
    if (this.isFull) return undefined;
    const slot = this.#free.pop() ?? this.#tags.length;
    const tag = this.#nextTag(slot);
    this.#tags[slot] = tag;
    this.#holders[slot] = holder;
    this.#size += 1;
    return tag;
  }

  /** The holder of a tag, unless the tag is free or from an earlier generation. */
  get(tag: number): Holder | undefined {
    const slot = tag & 0xffff;
    return this.#tags[slot] === tag ? this.#holders[slot] : undefined;
  }

  /** Gives a tag back. Harmless for a tag that is not in use. */
  release(tag: number): void {
    if (this.get(tag) === undefined) return;
    const slot = tag & 0xffff;
    this.#holders[slot] = undefined;
    this.#free.push(slot);
    this.#size -= 1;
  }

  /** Everybody who holds a tag now, as a list of its own. */
  holders(): Holder[] {
    return this.#holders.filter((holder) => holder !== undefined);
  }

  #nextTag(slot: number): number {
    const last = this.#tags[slot];
    return last === undefined ? slot : (last + 0x1_0000) >>> 0;
  }
}
