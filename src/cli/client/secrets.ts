// `hawser secrets`: what secrets the service keeps, and the two that are set by themselves. None ever comes out.

import type { Command } from 'commander';
import { UsageError } from '../../base/index.ts';
import type { Secret } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { findSecret } from '../secrets.ts';
import { formatTable } from '../table.ts';
import { toSecret } from './login-options.ts';
import { formatTime } from './place.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

interface SetOptions {
  readonly secretFile?: string;
  readonly clear?: boolean;
}

/** A secret that can be set: its name for people, and where it comes from when no file is named. */
interface Settable {
  readonly name: string;
  readonly variable: string;
  readonly set: (context: ServiceContext, secret: Secret | null) => Promise<void>;
}

const chapSecret: Settable = {
  name: 'initiator CHAP secret',
  variable: 'HAWSER_INITIATOR_SECRET',
  set: async ({ service, signal }, secret) => {
    await service.setChapSecret({ secret }, { signal });
  },
};

const radiusSecret: Settable = {
  name: 'RADIUS secret',
  variable: 'HAWSER_RADIUS_SECRET',
  set: async ({ service, signal }, secret) => {
    await service.setRadiusSecret({ secret }, { signal });
  },
};

/** Adds `hawser secrets`. */
export function addSecrets(program: Command, context: CommandContext): void {
  const family = program
    .command('secrets')
    .helpCommand(false)
    .summary('secrets that the service keeps')
    .description('Lists the secrets that the service keeps, without their values, and sets those of CHAP and RADIUS.')
    .addHelpText('after', '\nExample:\n  hawser secrets set-chap --secret-file chap.key');
  addServiceOptions(family.command('list', { isDefault: true }).description('Lists the secrets.')).action(
    serviceAction(context, list),
  );
  addSetter(
    family,
    context,
    chapSecret,
    'set-chap',
    'Sets the secret with which targets prove themselves (mutual CHAP).',
  );
  addSetter(family, context, radiusSecret, 'set-radius', 'Sets the secret that is shared with the RADIUS servers.');
}

function addSetter(
  family: Command,
  context: CommandContext,
  settable: Settable,
  name: string,
  description: string,
): void {
  const command = family
    .command(name)
    .description(description)
    .option('--secret-file <file>', `file with it, - for standard input; ${settable.variable} or a prompt unless given`)
    .option('--clear', 'take it away');
  addServiceOptions(command).action(
    serviceAction(context, async (service, options: SetOptions) => {
      await setSecret(service, settable, options);
    }),
  );
}

async function list({ service, printer, signal }: ServiceContext): Promise<void> {
  const secrets = await service.secrets({ signal });
  const rows = secrets.map(({ name, length, since }) => [name, length, formatTime(since)]);
  printer.print({
    document: { secrets },
    text: rows.length === 0 ? 'No secrets' : formatTable(['SECRET', 'BYTES', 'SINCE'], rows, [1]),
  });
}

async function setSecret(context: ServiceContext, settable: Settable, options: SetOptions): Promise<void> {
  const { environment, printer } = context;
  const { name, variable } = settable;
  if (options.clear === true) {
    await settable.set(context, null);
    printer.print({ document: { cleared: name }, text: `Took the ${name} away` });
    return;
  }
  const secret = await findSecret({ path: options.secretFile, variable, question: name }, environment);
  if (secret === undefined) {
    const message = `No ${name}: give --secret-file or ${variable}`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'secret' });
  }
  await settable.set(context, toSecret(secret));
  printer.print({ document: { set: name }, text: `Set the ${name}` });
}
