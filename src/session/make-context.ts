// What a session begins with: its numbers, its tags, its limits, and no connection yet.

import { snAdd, systemClock } from '../base/index.ts';
import { CommandWindow } from './command-window.ts';
import { resolveLimits } from './options.ts';
import { Roster } from './roster.ts';
import type { SessionContext } from './session-context.ts';
import type { SessionOptions } from './session-options.ts';
import { mostTags, TagPool } from './tag-pool.ts';

/** Tags for requests that are not tasks: pings, aborts, texts and logouts find room even when tasks fill the session. */
const spareTags = 256;

/** Resolves the options of a session. Throws UsageError ISCSI_BAD_ARGUMENT. */
export function makeContext(options: SessionOptions): SessionContext {
  const limits = resolveLimits(options.limits);
  const cmdSn = options.initialCmdSn ?? 1;
  return {
    sessionId: options.id ?? options.login.isid,
    clock: options.clock ?? systemClock,
    limits,
    // Closed until the login has said what the target takes, which may be nothing yet.
    window: new CommandWindow(cmdSn, cmdSn, snAdd(cmdSn, -1)),
    tags: new TagPool(Math.min(mostTags, limits.maxTasks + spareTags)),
    roster: new Roster(options.policy ?? { kind: 'leastQueueDepth' }),
    observer: options.observer,
  };
}
