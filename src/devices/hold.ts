// One holder's hold on a device, from the first wish to open it until its handle is closed.

import { type Clock, type Deferred, deferred, type HolderFacts, sleep } from '../base/index.ts';
import type { DeviceHandle } from './device-handle.ts';
import type { Holder, RemoveRequest } from './holder.ts';

/** How a holder answered a request to let go: by closing its handle, by a veto, or not in time. */
export type HoldAnswer = 'released' | 'refused' | 'silent';

/** A hold. It counts from the moment that opening begins, so that a removal cannot slip in between. */
export class Hold {
  readonly holder: Holder;
  readonly #facts: HolderFacts;
  readonly #released: Deferred<void> = deferred();
  #handle: DeviceHandle | undefined;
  #isReleased = false;
  #reason: string | undefined;

  constructor(device: string, holder: Holder) {
    this.holder = holder;
    this.#facts = { device, label: holder.label, pid: holder.pid ?? process.pid };
  }

  /** What refusals show, with what the holder said last against letting go. */
  get facts(): HolderFacts {
    return this.#reason === undefined ? this.#facts : { ...this.#facts, reason: this.#reason };
  }

  /** The same for all handles of one holder, which is known by its label and pid. */
  get key(): string {
    return `${this.#facts.pid} ${this.#facts.label}`;
  }

  /** Absent while the device is still being identified. */
  get handle(): DeviceHandle | undefined {
    return this.#handle;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Whether the holder can let go when it is asked to. */
  get canBeAsked(): boolean {
    return this.#handle !== undefined && this.holder.onRemoveRequested !== undefined;
  }

  /** Resolves when the handle is closed. */
  get released(): Promise<void> {
    return this.#released.promise;
  }

  /** The device has been identified. */
  opened(handle: DeviceHandle): void {
    this.#handle = handle;
  }

  /** The handle is closed, or opening has failed. */
  release(): void {
    this.#isReleased = true;
    this.#released.resolve();
  }

  /** Asks the holder to let go, and waits for its answer as long as the request says. */
  async ask(request: RemoveRequest, clock: Clock): Promise<HoldAnswer> {
    const patience = new AbortController();
    const silence = sleep(clock, request.answerWithinMs, patience.signal).then(
      () => 'silent' as const,
      () => undefined,
    );
    const veto = await Promise.race([this.released.then(() => undefined), this.#veto(request), silence]);
    patience.abort();
    if (this.#isReleased || veto === undefined) return 'released';
    this.#reason = veto === 'silent' ? `has not let go in ${request.answerWithinMs} ms` : veto.reason;
    return veto === 'silent' ? 'silent' : 'refused';
  }

  /** Tells the holder to let go of what is over, and does not wait. */
  tell(request: RemoveRequest): void {
    void this.#veto(request);
  }

  /** Tells the holder that the device stays. What a callback throws must not keep the others from being told. */
  tellCanceled(request: RemoveRequest): void {
    // A failure is the holder's own, and nobody here can mend it.
    void this.#cancel(request).catch(() => undefined);
  }

  async #cancel(request: RemoveRequest): Promise<void> {
    const told: unknown = this.holder.onRemoveCanceled?.(request);
    await told;
  }

  /** Settles with the reason of a veto; with no veto, when the handle is closed. */
  async #veto(request: RemoveRequest): Promise<{ readonly reason: string } | undefined> {
    try {
      const answer = await this.holder.onRemoveRequested?.(request);
      if (answer !== undefined) return { reason: answer.veto };
    } catch (error) {
      return { reason: `failed to answer: ${error instanceof Error ? error.message : String(error)}` };
    }
    await this.released;
    return undefined;
  }
}
