// Tells the tour: numbered steps with what came of each and how long it took.

import type { Printer } from '../printer.ts';
import { formatDuration, formatRate, formatSize } from '../sizes.ts';
import { formatTable } from '../table.ts';

/** What came of a step. */
export interface StepOutcome {
  /** A sentence or two for a person. */
  readonly told: string;
  /** What a machine may want to know. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Bytes that were moved. */
  readonly bytes?: number;
}

/** A step that was taken. */
export interface TakenStep {
  readonly title: string;
  readonly seconds: number;
  readonly bytes?: number;
  readonly bytesPerSecond?: number;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Takes one step after the other. */
export class TourGuide {
  readonly #printer: Printer;
  readonly #signal: AbortSignal;
  readonly #steps: TakenStep[] = [];

  constructor(printer: Printer, signal: AbortSignal) {
    this.#printer = printer;
    this.#signal = signal;
  }

  get steps(): readonly TakenStep[] {
    return this.#steps;
  }

  /** Takes a step and tells it. `title` is short enough for a table. */
  async step<T extends StepOutcome>(title: string, work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    const started = performance.now();
    const outcome = await work();
    const seconds = (performance.now() - started) / 1000;
    const { bytes, facts } = outcome;
    this.#steps.push({
      title,
      seconds,
      ...(bytes === undefined ? {} : { bytes, bytesPerSecond: Math.round(bytes / Math.max(seconds, 1e-6)) }),
      ...(facts === undefined ? {} : { facts }),
    });
    this.#printer.tell(
      `${String(this.#steps.length).padStart(2)}. ${title}\n    ${outcome.told.replaceAll('\n', '\n    ')}`,
    );
    return outcome;
  }

  /** The steps as a table. */
  table(): string {
    const rows = this.#steps.map(({ title, seconds, bytes, bytesPerSecond }, index) => [
      index + 1,
      title,
      formatDuration(seconds),
      bytes === undefined ? '' : formatSize(bytes),
      bytesPerSecond === undefined ? '' : formatRate(bytesPerSecond),
    ]);
    return formatTable(['', 'STEP', 'TIME', 'DATA', 'RATE'], rows, [0, 2, 3, 4]);
  }
}
