// Tells the person at the terminal why a command stands still: connections and sessions that are lost and come back; or why
// it fails: disks that are taken away.

import type { InitiatorSession } from '../adapter/index.ts';

/** Tells of a session's losses and returns, and of what its target does to disks in use, a line each, until it is closed. */
export function tellOfRecovery(
  session: Pick<InitiatorSession, 'events' | 'deviceEvents' | 'state'>,
  note: (line: string) => void,
): void {
  const { events, deviceEvents } = session;
  events.on('connectionLost', (cid, error) => {
    // A target may close the others before its answer to the logout is here: that is no news.
    if (session.state === 'leaving') return;
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
  deviceEvents.on('deviceRemovedInUse', ({ name, isDirty }) => {
    note(`hawser: the target took ${name} away${isDirty ? '; not all that was written has been flushed' : ''}`);
  });
  deviceEvents.on('deviceReplaced', ({ device: { name } }) => {
    note(`hawser: another device has taken the place of ${name}`);
  });
  deviceEvents.on('deviceResized', ({ name, from, to }) => {
    note(`hawser: ${name} has ${to} bytes now, no longer ${from}`);
  });
}
