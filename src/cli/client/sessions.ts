// `hawser sessions`: all sessions of the service, and `hawser session`: one of them and its policy.

import type { Command } from 'commander';
import type { PolicyInput, SessionInfo } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandLineError } from '../failure.ts';
import { type NumberedPolicy, parsePolicy } from '../policy-option.ts';
import type { Report } from '../printer.ts';
import { formatTable } from '../table.ts';
import { findSession, sessionArgument } from './find-session.ts';
import { policyNames } from './login-options.ts';
import { formatTime } from './place.ts';
import { addServiceOptions, addWatchOption, type ServiceContext, serviceAction } from './service-action.ts';
import { reportSession } from './session-report.ts';
import { printOrWatch } from './watch.ts';

interface WatchOptions {
  readonly watch?: boolean;
}

/** Adds `hawser sessions`. */
export function addSessions(program: Command, context: CommandContext): void {
  const command = program
    .command('sessions')
    .summary('sessions and how they are')
    .description('Lists the sessions of the service.')
    .addHelpText('after', '\nExample:\n  hawser sessions --watch');
  addServiceOptions(addWatchOption(command)).action(serviceAction(context, list));
}

/** Adds `hawser session`. */
export function addSession(program: Command, context: CommandContext): void {
  const family = program
    .command('session')
    .helpCommand(false)
    .summary('one session, and its policy')
    .description('Shows a session, or says which of its connections carry commands.')
    .addHelpText('after', '\nExample:\n  hawser session show 0001\n  hawser session policy 0001 weighted:1=10,2=20');
  const show = family
    .command('show')
    .description('Shows a session with its connections and what was negotiated.')
    .argument('<session>', sessionArgument);
  addServiceOptions(addWatchOption(show)).action(serviceAction(context, showSession));
  const policy = family
    .command('policy')
    .description('Says which connections of a session carry commands.')
    .argument('<session>', sessionArgument)
    .argument(
      '<policy>',
      'least-queue-depth, round-robin, fail-over[:n], round-robin-subset:n,n… or weighted:n=weight,… (greatest first); ' +
        'n counts connections from 1, as `hawser session show` does',
      parsePolicy,
    );
  addServiceOptions(policy).action(serviceAction(context, setPolicy));
}

async function list(context: ServiceContext, { watch }: WatchOptions): Promise<void> {
  const { service, signal } = context;
  await printOrWatch(context, watch, async () => reportSessions(await service.sessions({ signal })));
}

async function showSession(context: ServiceContext, text: string, { watch }: WatchOptions): Promise<void> {
  const { service, signal } = context;
  const { sessionId } = await findSession(context, text);
  await printOrWatch(context, watch, async () => reportSession(await service.session({ sessionId }, { signal })));
}

async function setPolicy(context: ServiceContext, text: string, policy: NumberedPolicy): Promise<void> {
  const { service, printer, signal } = context;
  const session = await findSession(context, text);
  printer.print(reportSession(await service.setPolicy(toInput(session, policy), { signal })));
}

function toInput({ sessionId, connections }: SessionInfo, policy: NumberedPolicy): PolicyInput {
  const idOf = (number: number): string => {
    const connection = connections[number - 1];
    if (connection !== undefined) return connection.connectionId;
    throw new CommandLineError(`the policy names connection ${number} of a session that has ${connections.length}`);
  };
  switch (policy.kind) {
    case 'failOver':
      return {
        sessionId,
        policy: 'failOver',
        ...(policy.preferred === undefined ? {} : { active: [idOf(policy.preferred)] }),
      };
    case 'roundRobinWithSubset':
      return { sessionId, policy: 'roundRobinSubset', active: policy.preferred.map(idOf) };
    case 'weightedPaths': {
      const weights = [...policy.weights].map(([number, weight]) => [idOf(number), weight] as const);
      return { sessionId, policy: 'weightedPaths', weights: Object.fromEntries(weights) };
    }
    case 'roundRobin':
    case 'leastQueueDepth':
      return { sessionId, policy: policy.kind };
  }
}

function reportSessions(sessions: readonly SessionInfo[]): Report {
  const rows = sessions.map((session) => [
    session.sessionId,
    session.targetName,
    session.isInformational ? `${session.state}, informational` : session.state,
    session.connections.length,
    policyNames[session.policy],
    formatTime(session.since),
    session.error === undefined ? '' : session.error.code,
  ]);
  const headings = ['SESSION', 'TARGET', 'STATE', 'CONNECTIONS', 'POLICY', 'SINCE', 'TROUBLE'];
  return { document: { sessions }, text: rows.length === 0 ? 'No sessions' : formatTable(headings, rows, [3]) };
}
