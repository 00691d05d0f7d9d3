// The life that transports, addresses, connections and circuits share: owners tear down what was built on them.

import { UsageError } from '../base/index.ts';
import type { WorkerContext } from './worker.ts';

/** Something that its owner tears down. */
export interface Owned {
  tearDown(context?: WorkerContext): Promise<void>;
}

/** One owner's life: open for children until `end`, which tears them down first. */
export class Lifetime<Child extends Owned> {
  readonly #what: string;
  readonly #children: Set<Child> = new Set();
  #ending: Promise<void> | undefined;

  /** `what` names the owner in errors, for example `the address`. */
  constructor(what: string) {
    this.#what = what;
  }

  get children(): readonly Child[] {
    return [...this.#children];
  }

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** Throws UsageError `ISCSI_WRONG_STATE` once the end has begun. */
  assertOpen(): void {
    if (this.isEnding) throw new UsageError('ISCSI_WRONG_STATE', `${this.#what} is torn down`);
  }

  adopt(child: Child): void {
    this.assertOpen();
    this.#children.add(child);
  }

  release(child: Child): void {
    this.#children.delete(child);
  }

  /**
   * Tears down every child, then runs `release`; settles when that is done. Later calls get the same promise. The
   * children's teardowns begin inside this call, while `context` is still that of the running worker item.
   */
  end(context: WorkerContext | undefined, release: () => Promise<void> | void): Promise<void> {
    this.#ending ??= this.#end(context, release);
    return this.#ending;
  }

  async #end(context: WorkerContext | undefined, release: () => Promise<void> | void): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        await child.tearDown(context);
      }),
    );
    await release();
  }
}
