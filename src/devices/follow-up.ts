// Following up what a unit attention told: one round after the other, so that a flood of them leads to one.

/** What a round is to find out. */
export interface Findings<Device> {
  /** Whether to ask which logical units there are. */
  isInventoryAsked: boolean;
  /** Whether to list those too that were removed by hand. */
  isRescan: boolean;
  /** LUNs whose INQUIRY data may have changed. */
  readonly inquire: Set<number>;
  /** Devices whose identity and size may have changed. */
  readonly check: Set<Device>;
}

/** Nothing to find out. */
export function nothingToFind<Device>(): Findings<Device> {
  return { isInventoryAsked: false, isRescan: false, inquire: new Set(), check: new Set() };
}

/** Runs rounds; what is wished while one runs goes into the next. */
export class FollowUp<Device> {
  readonly #round: (findings: Findings<Device>, signal: AbortSignal) => Promise<void>;
  #stopping = new AbortController();
  #next: { readonly findings: Findings<Device>; readonly done: Promise<void> } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(round: (findings: Findings<Device>, signal: AbortSignal) => Promise<void>) {
    this.#round = round;
  }

  /** Adds to the next round what `wish` puts into it. Settles as that round does. */
  add(wish: (findings: Findings<Device>) => void): Promise<void> {
    this.#next ??= this.#schedule();
    wish(this.#next.findings);
    return this.#next.done;
  }

  /** Ends the round that runs and those that are wished; they reject with `reason`. */
  stop(reason: Error): void {
    this.#stopping.abort(reason);
    this.#stopping = new AbortController();
    this.#next = undefined;
  }

  #schedule(): { readonly findings: Findings<Device>; readonly done: Promise<void> } {
    const findings = nothingToFind<Device>();
    const { signal } = this.#stopping;
    const done = this.#last.then(async () => {
      signal.throwIfAborted();
      this.#next = undefined;
      await this.#round(findings, signal);
    });
    this.#last = done.catch(() => undefined);
    return { findings, done };
  }
}
