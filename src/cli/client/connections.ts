// `hawser connections`: more and fewer connections for a session.

import type { Command } from 'commander';
import type { PortalAddress } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { integerFrom, secondsUpTo } from '../sizes.ts';
import { findConnection, findSession, sessionArgument } from './find-session.ts';
import { addAuthOptions, type LoginCommandOptions, toLoginOptions } from './login-options.ts';
import { parsePortalArgument } from './place.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

interface AddOptions extends LoginCommandOptions {
  readonly portal?: PortalAddress;
  readonly initiatorPort?: number;
}

/** Adds `hawser connections`. */
export function addConnections(program: Command, context: CommandContext): void {
  const family = program
    .command('connections')
    .helpCommand(false)
    .summary('more or fewer connections for a session')
    .description('Adds a connection to a session, or removes one. `hawser session show` lists them.')
    .addHelpText('after', '\nExample:\n  hawser connections add 0001\n  hawser connections remove 0001 2');
  const add = family
    .command('add')
    .description('Adds a connection to a session.')
    .argument('<session>', sessionArgument)
    .option(
      '--portal <address>',
      "host[:port] in the session's portal group; the first one's unless given",
      parsePortalArgument,
    )
    .option('--initiator-port <n>', 'the port to start from', integerFrom(0, 0xffff));
  addServiceOptions(addAuthOptions(add)).action(serviceAction(context, addConnection));
  const remove = family
    .command('remove')
    .description('Moves the work off a connection and logs it out. The last and the leading connection stay.')
    .argument('<session>', sessionArgument)
    .argument('<connection>', 'its id, or the beginning or end of it, or its number in `hawser session show`')
    .option('--deadline <seconds>', 'how long its commands may take to finish', secondsUpTo(86_400, true));
  addServiceOptions(remove).action(serviceAction(context, removeConnection));
}

async function addConnection(context: ServiceContext, text: string, options: AddOptions): Promise<void> {
  const { service, environment, printer, signal } = context;
  const { portal, initiatorPort } = options;
  const { sessionId } = await findSession(context, text);
  const loginOptions = await toLoginOptions(options, environment);
  const added = await service.addConnection(
    {
      sessionId,
      ...(portal === undefined ? {} : { portal }),
      ...(initiatorPort === undefined ? {} : { initiatorPort }),
      ...(loginOptions === undefined ? {} : { loginOptions }),
    },
    { signal },
  );
  printer.print({
    document: { sessionId, ...added },
    text: `Added the connection ${added.connectionId} to the session ${sessionId}`,
  });
}

async function removeConnection(
  context: ServiceContext,
  text: string,
  which: string,
  { deadline }: { readonly deadline?: number },
): Promise<void> {
  const { service, printer, signal } = context;
  const session = await findSession(context, text);
  const { sessionId } = session;
  const { connectionId } = findConnection(session, which);
  const drainTimeoutMs = deadline === undefined ? {} : { drainTimeoutMs: Math.ceil(deadline * 1000) };
  await service.removeConnection({ sessionId, connectionId, ...drainTimeoutMs }, { signal });
  printer.print({
    document: { removed: { sessionId, connectionId } },
    text: `Removed the connection ${connectionId} from the session ${sessionId}`,
  });
}
