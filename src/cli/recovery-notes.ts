// Tells the person at the terminal why a command stands still: connections and sessions that are lost and come back.

import type { InitiatorSession } from '../adapter/index.ts';

/** Tells of a session's losses and returns, a line each, until it is closed. */
export function tellOfRecovery({ events }: InitiatorSession, note: (line: string) => void): void {
  events.on('connectionLost', (cid, error) => {
    note(`hawser: connection ${cid} was lost: ${error.message}`);
  });
  events.on('connectionRecovered', (cid) => {
    note(`hawser: connection ${cid} is open again`);
  });
  events.on('suspended', () => {
    note('hawser: the session is lost; waiting for it to come back');
  });
  events.on('resumed', (how) => {
    note(`hawser: the session is back (${how})`);
  });
  events.on('gone', () => {
    note('hawser: the session did not come back in time');
  });
}
