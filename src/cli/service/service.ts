// `hawser service`: the service itself, and everything that it keeps as a file.

import { type Command, Option } from 'commander';
import { addServiceOptions, serviceAction } from '../client/service-action.ts';
import { addJsonOption, type CommandContext } from '../command-context.ts';
import { integerFrom } from '../sizes.ts';
import type { RunOptions } from './run.ts';
import { collectInstance, parseListen } from './serving-options.ts';
import { exportState, importState } from './state.ts';
import { addWsmanOptions } from './wsman-options.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Adds `hawser service`. */
export function addService(program: Command, context: CommandContext): void {
  const family = program
    .command('service')
    .helpCommand(false)
    .summary('run the service, save and restore what it keeps')
    .description('Runs the service that all other commands of this group ask, saves what it keeps, and restores it.')
    .addHelpText('after', '\nExample:\n  hawser service --state ./state --socket ./hawser.sock');
  addRun(family, context);
  const save = family
    .command('export')
    .description('Prints everything that the service keeps, as JSON, or writes it to a file that nobody else can read.')
    .argument('[file]', 'where to write; standard output unless given')
    .option('--secrets', 'with the secrets, in plain text');
  addServiceOptions(save).action(serviceAction(context, exportState));
  const restore = family
    .command('import')
    .description('Puts what was exported in the place of what the service keeps: all of it or, on an error, nothing.')
    .argument('<file>', 'what `hawser service export` has written; - for standard input')
    .option('--merge', 'add it to what the service keeps, instead');
  addServiceOptions(restore).action(serviceAction(context, importState));
}

function addRun(family: Command, context: CommandContext): void {
  const run = family
    .command('run', { isDefault: true })
    .summary('run the service')
    .description(
      'Runs in the foreground until SIGTERM or SIGINT (exit status 0); a second one ends it at once. Logs go to standard ' +
        'error. Whoever may open the socket may do everything; over TCP, whoever has the token.',
    )
    .option('--state <dir>', 'where everything is kept; HAWSER_STATE unless given, else a place of the system or user')
    .option('--socket <path>', 'control socket (mode 0660); HAWSER_SOCKET unless given, else a place as above')
    .option(
      '--listen <host:port>',
      'also serve the control API on TCP; other hosts than the loopback need TLS',
      parseListen,
    )
    .option(
      '--instance <name[=address]>',
      'an initiator instance, and the local address that it connects from; may be repeated; one that is named as Windows ' +
        'names its first unless given',
      collectInstance,
      [],
    )
    .option('--token-file <file>', 'file with the token for --listen, 16 bytes or more; HAWSER_TOKEN unless given')
    .option('--tls-cert <file>', 'certificate (PEM) for --listen')
    .option('--tls-key <file>', 'its key (PEM)');
  addWsmanOptions(run)
    .addOption(
      new Option('--on-stop <what>', 'what to do with sessions at the end: log out, or leave for the next start')
        .choices(['logout', 'leave'])
        .default('logout'),
    )
    .option('--stop-timeout <s>', 'how long that may take; 60 unless given', integerFrom(0, 3600))
    .addOption(new Option('--log-level <level>', 'the least that is logged').choices(logLevels).default('info'));
  addJsonOption(run).action(async (options: RunOptions) => {
    // Loaded here, with its logger, since every other command would wait for it too.
    const { runService } = await import('./run.ts');
    await runService(context, options);
  });
}
