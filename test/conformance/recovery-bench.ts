// Recovery on the bench: setups that agree to a level of recovery, and what happens to every lost connection.

import { type BenchSetup, SessionBench } from '../support/session-bench.ts';
import { type TargetLine, turns } from '../support/target-line.ts';

/** A session that comes back, at this ErrorRecoveryLevel, with a Time2Wait of 0 unless `keys` says otherwise. */
export function recovering(level: 0 | 1 | 2, setup: BenchSetup = {}): SessionBench {
  return new SessionBench({
    ...setup,
    keys: { ErrorRecoveryLevel: String(level), DefaultTime2Wait: '0', DefaultTime2Retain: '20', ...setup.keys },
    offers: { errorRecoveryLevel: level, defaultTime2Wait: 0, ...setup.offers },
    session: { reconnects: true, ...setup.session },
  });
}

/** Drops a connection, and lets the session notice. */
export async function lose(line: TargetLine): Promise<void> {
  line.reset();
  await turns();
}

/** The next login, played to its end. */
export async function loginAgain(bench: SessionBench): Promise<TargetLine> {
  const line = await bench.accept();
  await bench.login(line);
  await turns();
  return line;
}
