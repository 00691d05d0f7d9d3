// `hawser login`: a session of the service with a target.

import { type Command, Option } from 'commander';
import type { LoginInput, PortalAddress } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { addLoginOptions, type LoginCommandOptions, toLoginOptions } from './login-options.ts';
import { addPlaceOptions, type PlaceOptions, parsePortalArgument, toPlace } from './place.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

/** What is said of a login, now or for later. */
export interface LoginPlan extends LoginCommandOptions, PlaceOptions {
  readonly portal?: PortalAddress;
  readonly informational?: boolean;
}

interface Options extends LoginPlan {
  readonly persistent?: boolean;
  readonly existing?: 'find' | 'refuse' | 'add';
}

/** Adds `hawser login`. */
export function addLogin(program: Command, context: CommandContext): void {
  const command = program
    .command('login')
    .summary('log in to a target')
    .description('Logs in to a target that is known. A session that the service keeps is there until its logout.')
    .argument('<target>', 'its name, as `hawser targets` shows it')
    .option('--persistent', 'also whenever the service starts')
    .addOption(
      new Option(
        '--existing <what>',
        'when there is a session with the target: find, be content with it; refuse; or add, have another one (default: find)',
      ).choices(['find', 'refuse', 'add']),
    )
    .addHelpText('after', '\nExample:\n  hawser login iqn.2026-11.example:disk --connections 4 --persistent');
  addServiceOptions(addPlanOptions(command)).action(serviceAction(context, login));
}

/** Adds the options of a login, now or for later. */
export function addPlanOptions(command: Command): Command {
  return addLoginOptions(
    addPlaceOptions(
      command
        .option('--portal <address>', 'host[:port]; every portal of the target unless given', parsePortalArgument)
        .option('--informational', 'a session without devices, for SCSI commands of your own'),
    ),
  );
}

async function login(context: ServiceContext, targetName: string, options: Options): Promise<void> {
  const { service, printer, signal } = context;
  const { persistent, existing } = options;
  const plan = await toPlan(context, targetName, options);
  const result = await service.login(
    {
      ...plan,
      ...(existing === undefined ? {} : { existing }),
      ...(persistent === undefined ? {} : { isPersistent: persistent }),
    },
    { signal },
  );
  const { sessionId, connectionId, wasThere } = result;
  const head = wasThere ? `There is a session with ${targetName} already` : `Logged in to ${targetName}`;
  printer.print({ document: result, text: `${head}\nSession     ${sessionId}\nConnection  ${connectionId}` });
}

/** What the options say of a login. */
export async function toPlan(
  { environment }: CommandContext,
  targetName: string,
  options: LoginPlan,
): Promise<Omit<LoginInput, 'isPersistent' | 'existing'>> {
  const { portal, informational } = options;
  const loginOptions = await toLoginOptions(options, environment);
  return {
    targetName,
    ...toPlace(options),
    ...(portal === undefined ? {} : { portal }),
    ...(informational === undefined ? {} : { isInformational: informational }),
    ...(loginOptions === undefined ? {} : { loginOptions }),
  };
}
