// The classes of events, each fired as it happens: from what the adapters and the service tell of themselves.

import type { Blocks } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterEvent } from './adapter-event.ts';
import { eventlog } from './eventlog.ts';
import { instanceFailureEvent, nodeFailureEvent } from './failure-events.ts';

export { type EventlogEntry, type EventlogName, eventlogEntries } from './eventlog-entries.ts';

/** All four. */
export function eventBlocks(ground: WmiGround): NonNullable<Blocks['events']> {
  return [adapterEvent(ground), nodeFailureEvent(ground), instanceFailureEvent(ground), eventlog(ground)];
}
