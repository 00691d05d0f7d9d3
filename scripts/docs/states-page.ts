// docs/states.md: the state machines, drawn from their tables.

import { connectionTransitions, sessionTransitions } from '../../src/session/index.ts';
import { generatedFrom } from './page.ts';

type Table = Readonly<Record<string, Readonly<Partial<Record<string, { number: string; next: string }>>>>>;

export function statesPage(): string {
  return `${generatedFrom('the tables in src/connection/connection-states.ts and src/session/session-states.ts')}

# States

The numbers are those of RFC 7143 §8. What is not drawn cannot happen: an event without a row throws.

## A connection (RFC 7143 §8.1.3, initiator)

${diagram(connectionTransitions)}

## A session (RFC 7143 §8.3.1, initiator)

\`leaving\` is our part of Q3, LOGGED_IN: the session is being logged out and takes no new work. Until sessions are
recovered, a session that has failed is given up at once.

${diagram(sessionTransitions)}
`;
}

function diagram(transitions: Table): string {
  const rows = Object.entries(transitions).flatMap(([state, row]) =>
    Object.entries(row).map(([event, to]) =>
      to === undefined ? '' : `  ${state} --> ${to.next}: ${to.number} ${event}`,
    ),
  );
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> free', ...rows, '```'].join('\n');
}
