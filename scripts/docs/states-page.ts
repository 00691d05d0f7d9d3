// docs/states.md: the state machines, drawn from their tables.

import { deviceTransitions } from '../../src/devices/index.ts';
import { cleanupTransitions, connectionTransitions, sessionTransitions } from '../../src/session/index.ts';
import { generatedFrom } from './page.ts';

type Table = Readonly<Record<string, Readonly<Partial<Record<string, { number: string; next: string }>>>>>;

export function statesPage(): string {
  return `${generatedFrom('the tables in src/connection, src/session/session-states.ts and src/devices/device-states.ts')}

# States

The numbers are those of RFC 7143 §8, but for devices. What is not drawn cannot happen: an event without a row throws.

## A connection (RFC 7143 §8.1.3, initiator)

${diagram(connectionTransitions)}

## The cleanup of a lost connection (RFC 7143 §8.2)

From its loss, in state cleanupWait, until nothing of it is left at the target. Its logout is explicit, over another
connection of the session, or implicit, by a login that reinstates the connection or the session.

${diagram(cleanupTransitions, 'cleanupWait')}

## A session (RFC 7143 §8.3.1, initiator)

\`leaving\` is our part of Q3, LOGGED_IN, and \`leavingFailed\` our part of Q4, FAILED: the session is being logged out and
takes no new work. A session that is \`failed\` logs in again, and its commands wait; they also wait while it is logged
out because the target asked for that, when it is to come back.

${diagram(sessionTransitions)}

## A device

A LUN of a session that somebody has opened, from then on. The numbers are ours, one for each cause. In \`lost\` requests
wait for the session; a device that has \`changed\` never gets I/O again, and what is \`gone\` stays gone: a LUN that comes
back is another device.

${diagram(deviceTransitions, 'present')}
`;
}

function diagram(transitions: Table, first = 'free'): string {
  const rows = Object.entries(transitions).flatMap(([state, row]) =>
    Object.entries(row).map(([event, to]) =>
      to === undefined ? '' : `  ${state} --> ${to.next}: ${to.number} ${event}`,
    ),
  );
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${first}`, ...rows, '```'].join('\n');
}
