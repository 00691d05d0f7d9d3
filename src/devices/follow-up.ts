// Following up what a unit attention told: one round after the other, so that a flood of them leads to one.

import { type Deferred, deferred } from '../base/index.ts';

/** What a round is to find out. */
export interface Findings<Device> {
  /** Whether to ask which logical units there are. */
  isInventoryAsked: boolean;
  /** Whether to list those too that were removed by hand. */
  isRescan: boolean;
  /** LUNs whose INQUIRY data may have changed. */
  readonly inquire: Set<number>;
  /** Devices whose identity and size may have changed, and have not been compared; each resolves when it has. */
  readonly check: Map<Device, Deferred<void>>;
}

/** Nothing to find out. */
export function nothingToFind<Device>(): Findings<Device> {
  return { isInventoryAsked: false, isRescan: false, inquire: new Set(), check: new Map() };
}

/** Wishes a device to be compared; resolves when it has been. */
export function wishCheck<Device>({ check }: Findings<Device>, device: Device): Promise<void> {
  let over = check.get(device);
  if (over === undefined) {
    over = deferred();
    check.set(device, over);
  }
  return over.promise;
}

/** Adds what one round was to find out to what another is. */
export function mergeFindings<Device>(into: Findings<Device>, from: Findings<Device>): void {
  if (from.isInventoryAsked) into.isInventoryAsked = true;
  if (from.isRescan) into.isRescan = true;
  for (const lun of from.inquire) into.inquire.add(lun);
  for (const [device, over] of from.check) keepCheck(into, device, over);
}

/** Has a comparison that was wished be part of what another round is to find out. */
export function keepCheck<Device>({ check }: Findings<Device>, device: Device, over: Deferred<void>): void {
  const other = check.get(device);
  if (other === undefined) {
    check.set(device, over);
    return;
  }
  void other.promise.then(() => {
    over.resolve();
  });
}

/** Lets go of everybody who waits for a comparison that will not be made. */
export function releaseChecks<Device>({ check }: Findings<Device>): void {
  for (const over of check.values()) over.resolve();
  check.clear();
}

/** Runs rounds; what is wished while one runs goes into the next. */
export class FollowUp<Device> {
  readonly #round: (findings: Findings<Device>, signal: AbortSignal) => Promise<void>;
  #stopping = new AbortController();
  #running: Findings<Device> | undefined;
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

  /** Ends the round that runs and those that are wished, which reject with `reason`; gives what they were to find out. */
  stop(reason: Error): Findings<Device> {
    const left = nothingToFind<Device>();
    if (this.#running !== undefined) mergeFindings(left, this.#running);
    if (this.#next !== undefined) mergeFindings(left, this.#next.findings);
    this.#stopping.abort(reason);
    this.#stopping = new AbortController();
    this.#running = undefined;
    this.#next = undefined;
    return left;
  }

  #schedule(): { readonly findings: Findings<Device>; readonly done: Promise<void> } {
    const findings = nothingToFind<Device>();
    const { signal } = this.#stopping;
    const done = this.#last.then(async () => {
      signal.throwIfAborted();
      this.#next = undefined;
      this.#running = findings;
      try {
        await this.#round(findings, signal);
      } finally {
        if (this.#running === findings) this.#running = undefined;
      }
    });
    this.#last = done.catch(() => undefined);
    return { findings, done };
  }
}
