// A progress bar with rate and time left, where somebody watches.

import { Presets, SingleBar } from 'cli-progress';
import type { CliEnvironment } from './environment.ts';
import { formatDuration, formatRate, formatSize } from './sizes.ts';

/** Shows how far work has come. */
export interface Progress {
  /** Bytes done so far, from the beginning. */
  readonly update: (bytes: number) => void;
  /** Leaves the line. */
  readonly stop: () => void;
}

const silent: Progress = { update: () => {}, stop: () => {} };

/** Starts a bar on standard error when that is a terminal; otherwise nothing is shown. */
export function startProgress(
  environment: CliEnvironment,
  label: string,
  total: number | undefined,
  now: () => number = () => performance.now(),
): Progress {
  if (!environment.terminals.stderr) return silent;
  const bar = new SingleBar(
    {
      stream: environment.stderr,
      format: total === undefined ? '{label} {done} {rate}' : '{label} [{bar}] {percentage}% {done} {rate} {left} left',
      barsize: 28,
      gracefulExit: false, // signals are the program's own business
      hideCursor: null,
      linewrap: null,
    },
    Presets.legacy,
  );
  const started = now();
  const payload = (bytes: number): Record<string, string> => {
    const seconds = (now() - started) / 1000;
    const rate = bytes / Math.max(seconds, 1e-3);
    const left = total === undefined || bytes === 0 ? Number.NaN : (total - bytes) / rate;
    return { label, done: formatSize(bytes), rate: formatRate(rate), left: formatDuration(left) };
  };
  bar.start(total ?? 0, 0, payload(0));
  return {
    update: (bytes) => {
      bar.update(bytes, payload(bytes));
    },
    stop: () => {
      bar.stop();
    },
  };
}
