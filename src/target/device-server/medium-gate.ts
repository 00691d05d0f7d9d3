// Keeps COMPARE AND WRITE whole: it has the medium to itself, everything else shares it (SBC-4 §5.3).

/** A gate that many may pass together or one alone. Waiters go in their order of arrival. */
export class MediumGate {
  #sharing = 0;
  #isExclusive = false;
  readonly #waiters: { readonly alone: boolean; readonly go: () => void }[] = [];

  /** Runs `work` beside others. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isExclusive || this.#waiters.length > 0) await this.#wait(false);
    else this.#sharing += 1;
    try {
      return await work();
    } finally {
      this.#sharing -= 1;
      this.#admit();
    }
  }

  /** Runs `work` while nothing else runs. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isExclusive || this.#sharing > 0 || this.#waiters.length > 0) await this.#wait(true);
    else this.#isExclusive = true;
    try {
      return await work();
    } finally {
      this.#isExclusive = false;
      this.#admit();
    }
  }

  async #wait(alone: boolean): Promise<void> {
    await new Promise<void>((go) => {
      this.#waiters.push({ alone, go });
    });
  }

  /** Lets waiters in; their place is counted here, before they run, so that nobody slips in between. */
  #admit(): void {
    for (;;) {
      const first = this.#waiters[0];
      if (first === undefined || this.#isExclusive || (first.alone && this.#sharing > 0)) return;
      this.#waiters.shift();
      if (first.alone) this.#isExclusive = true;
      else this.#sharing += 1;
      first.go();
    }
  }
}
