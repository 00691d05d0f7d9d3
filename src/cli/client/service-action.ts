// What the commands have in common that ask the service: how they are told where it is, and that they let go of it.

import type { Command } from 'commander';
import type { InitiatorService } from '../../service/index.ts';
import { addJsonOption, type CommandContext } from '../command-context.ts';
import type { CliEnvironment, ServiceAddress } from '../environment.ts';
import { CommandLineError } from '../failure.ts';

/** What the action of such a command works with. */
export interface ServiceContext extends CommandContext {
  readonly service: InitiatorService;
}

/** Where the service is, as the command line says. */
interface AddressOptions {
  readonly socket?: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
}

/** The variables that say where the service is. */
const variable = { socket: 'HAWSER_SOCKET', token: 'HAWSER_TOKEN' } as const;

/** Adds the options of every command that asks the service. */
export function addServiceOptions(command: Command): Command {
  return addAddressOptions(addJsonOption(command));
}

/** Adds the options that say where the service is. */
export function addAddressOptions(command: Command): Command {
  return command
    .option('--socket <path>', `control socket of the service; ${variable.socket} unless given, else where it has it`)
    .option('--url <url>', 'control API over TCP, such as https://storage.example:8443; needs a token')
    .option('--token-file <file>', `file with the token; ${variable.token} unless given`)
    .option('--ca-file <file>', 'certificates (PEM) by which to know the service, where the system does not');
}

/** Adds `--watch`. */
export function addWatchOption(command: Command): Command {
  return command.option('--watch', 'print anew whenever something changes, until interrupted');
}

/** Makes a command's action of `work`: the service is reached before it and let go of after it. */
export function serviceAction<Arguments extends unknown[]>(
  context: CommandContext,
  work: (context: ServiceContext, ...given: Arguments) => Promise<void>,
): (...given: [...Arguments, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    await withService(context, command.opts<AddressOptions>(), async (service) => {
      await work({ ...context, service }, ...(given.slice(0, -1) as Arguments));
    });
  };
}

/** Reaches the service for the time of `work`. */
export async function withService<T>(
  { environment, signal }: CommandContext,
  options: AddressOptions,
  work: (service: InitiatorService) => Promise<T>,
): Promise<T> {
  const link = await environment.connectService(await addressOf(options, environment), signal);
  try {
    return await work(link.service);
  } finally {
    await link.close();
  }
}

async function addressOf(
  { socket, url, tokenFile, caFile }: AddressOptions,
  { variables, files }: CliEnvironment,
): Promise<ServiceAddress> {
  if (url === undefined) {
    if (tokenFile !== undefined || caFile !== undefined)
      throw new CommandLineError('a token and certificates are for --url');
    return { socketPath: socket ?? (variables[variable.socket] || undefined) };
  }
  if (socket !== undefined) throw new CommandLineError('give --socket or --url, not both');
  const token =
    tokenFile === undefined
      ? variables[variable.token]
      : Buffer.from(await files.readSecret(tokenFile))
          .toString()
          .trim();
  if (token === undefined || token === '') throw new CommandLineError(`--url needs --token-file or ${variable.token}`);
  return { url, token, ...(caFile === undefined ? {} : { ca: await files.readCertificates(caFile) }) };
}
