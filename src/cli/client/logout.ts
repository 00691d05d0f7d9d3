// `hawser logout`: ends sessions safely, and says what became of what was in flight.

import type { Command } from 'commander';
import { DeviceBusyError, IscsiError } from '../../base/index.ts';
import type { LogoutInfo, LogoutInput, RemovalInfo, SessionInfo } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandLineError, describeFailure, describeHolder } from '../failure.ts';
import { formatSize, secondsUpTo } from '../sizes.ts';
import { findSessions, sessionArgument } from './find-session.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

interface Options {
  readonly all?: boolean;
  readonly force?: boolean;
  readonly deadline?: number;
}

/** How the logout of one session went. */
interface Ended {
  readonly session: SessionInfo;
  readonly info?: LogoutInfo;
  readonly error?: IscsiError;
}

/** Adds `hawser logout`. */
export function addLogout(program: Command, context: CommandContext): void {
  const command = program
    .command('logout')
    .summary('end sessions safely')
    .description(
      'Logs out: asks whoever holds a device, lets commands finish, flushes caches, and then ends the session. The ' +
        'logout is refused while somebody holds on, unless forced. Persistent logins stay.',
    )
    .argument('[session...]', `${sessionArgument}, which means all sessions with it`)
    .option('--all', 'every session')
    .option('--force', 'go on although devices are held, and say what that cost')
    .option(
      '--deadline <seconds>',
      'how long holders may take to let go, and then commands to finish',
      secondsUpTo(86_400, true),
    )
    .addHelpText('after', '\nExample:\n  hawser logout iqn.2026-11.example:disk --deadline 10');
  addServiceOptions(command).action(serviceAction(context, logout));
}

async function logout(context: ServiceContext, named: readonly string[], options: Options): Promise<void> {
  const { printer, service, signal } = context;
  if (named.length > 0 === (options.all === true)) throw new CommandLineError('give sessions, or --all');
  const sessions = options.all === true ? await service.sessions({ signal }) : await findAll(context, named);
  const ended = await Promise.all(sessions.map(async (session) => await end(context, session, options)));
  const failure = ended.find(({ error }) => error !== undefined)?.error;
  // Of one session all that is to be said of a refusal is the refusal.
  if (failure !== undefined && ended.length === 1) throw failure;
  printer.print({
    document: {
      sessions: ended.map(toDocument),
      ...(failure === undefined ? {} : { error: describeFailure(failure).facts }),
    },
    text: ended.length === 0 ? 'No sessions' : ended.map(describe).join('\n'),
  });
  if (failure !== undefined) throw failure;
}

/** The sessions that are meant, each once. */
async function findAll(context: ServiceContext, named: readonly string[]): Promise<SessionInfo[]> {
  const found = new Map<string, SessionInfo>();
  for (const text of named) {
    for (const session of await findSessions(context, text)) found.set(session.sessionId, session);
  }
  return [...found.values()];
}

/** One session's end; that it is refused hides no other's. */
async function end(
  { service, signal }: ServiceContext,
  session: SessionInfo,
  { force, deadline }: Options,
): Promise<Ended> {
  const limitMs = deadline === undefined ? undefined : Math.ceil(deadline * 1000);
  const input: LogoutInput = {
    sessionId: session.sessionId,
    ...(force === undefined ? {} : { force }),
    ...(limitMs === undefined ? {} : { drainTimeoutMs: limitMs, askTimeoutMs: limitMs }),
  };
  try {
    return { session, info: await service.logout(input, { signal }) };
  } catch (error) {
    if (!(error instanceof IscsiError)) throw error;
    return { session, error };
  }
}

function toDocument({ session: { sessionId, targetName }, info, error }: Ended): object {
  return { sessionId, targetName, ...info, ...(error === undefined ? {} : { error: describeFailure(error).facts }) };
}

function describe({ session: { sessionId, targetName }, info, error }: Ended): string {
  const name = `${targetName} (${sessionId})`;
  if (error !== undefined) {
    const holders =
      error instanceof DeviceBusyError ? error.holders.map((holder) => `  ${describeHolder(holder)}`) : [];
    return [`Not logged out of ${name}: ${error.message} (${error.code})`, ...holders].join('\n');
  }
  if (info === undefined) return '';
  const lines = info.isClean ? [`Logged out of ${name}`] : [`Ended the session with ${name} without the target's word`];
  if (info.error !== undefined) lines.push(`  ${info.error.message} (${info.error.code})`);
  return [...lines, ...describeRemoval(info).map((line) => `  ${line}`)].join('\n');
}

/** What a removal cost, a line each. */
export function describeRemoval({ holders, unknownWrites, flushErrors }: RemovalInfo): string[] {
  return [
    ...holders.map((holder) => `by force: ${describeHolder(holder)}`),
    ...unknownWrites.map(
      ({ device, offset, length }) =>
        `unknown whether it was written: ${formatSize(length)} at offset ${offset} of ${device}`,
    ),
    ...flushErrors.map(({ code, message }) => `the flush failed: ${message} (${code})`),
  ];
}
