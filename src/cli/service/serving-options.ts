// Where the service serves its control API, as the command line says.

import { InvalidArgumentError } from 'commander';
import { parsePortal } from '../../base/index.ts';
import type { ControlServerOptions } from '../../control/index.ts';
import type { ServiceInstanceOptions } from '../../service/index.ts';
import type { CliEnvironment } from '../environment.ts';
import { CommandLineError } from '../failure.ts';

/** The options of `hawser service run` that say where. */
export interface ServingOptions {
  readonly state?: string;
  readonly socket?: string;
  readonly listen?: { readonly host: string; readonly port: number };
  readonly tokenFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** Where the service keeps and serves. */
export interface Serving {
  readonly stateDirectory: string;
  readonly control: Omit<ControlServerOptions, 'service'> & { readonly socketPath: string };
}

const tokenVariable = 'HAWSER_TOKEN';

/** Reads the files that options name. */
export async function toServing(options: ServingOptions, environment: CliEnvironment): Promise<Serving> {
  // Loaded here, since every other command would wait for it too.
  const { defaultSocketPath, defaultStateDirectory } = await import('../../control/index.ts');
  const { listen } = options;
  const stateDirectory = options.state ?? defaultStateDirectory(environment);
  const socketPath = options.socket ?? defaultSocketPath(environment, stateDirectory);
  if (listen === undefined) {
    const stray = [options.tokenFile, options.tlsCert, options.tlsKey].some((given) => given !== undefined);
    if (stray) throw new CommandLineError('a token and TLS are for --listen');
    return { stateDirectory, control: { socketPath } };
  }
  const token = await readToken(options, environment);
  const tls = await readTls(options, environment);
  return { stateDirectory, control: { socketPath, listen, token, ...(tls === undefined ? {} : { tls }) } };
}

async function readToken({ tokenFile }: ServingOptions, { files, variables }: CliEnvironment): Promise<string> {
  const token = tokenFile === undefined ? variables[tokenVariable] : toText(await files.readSecret(tokenFile)).trim();
  if (token === undefined || token === '') {
    throw new CommandLineError(`--listen needs --token-file or ${tokenVariable}`);
  }
  return token;
}

async function readTls(
  { tlsCert, tlsKey }: ServingOptions,
  { files }: CliEnvironment,
): Promise<ControlServerOptions['tls']> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CommandLineError('--tls-cert and --tls-key go together');
  }
  return { cert: toText(await files.readCertificates(tlsCert)), key: toText(await files.readCertificates(tlsKey)) };
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** `host:port`; port 0 takes a free one. */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const { host = '', port = '' } = /^(?<host>.+):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (host === '') throw new InvalidArgumentError('It is no host:port.');
  try {
    return port === '0' ? { ...parsePortal(host), port: 0 } : parsePortal(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** One more initiator instance: its name, and after `=` the local address that its connections start from. */
export function collectInstance(
  text: string,
  earlier: readonly ServiceInstanceOptions[],
): readonly ServiceInstanceOptions[] {
  const { name = '', localAddress } = /^(?<name>[^=]+)(?:=(?<localAddress>.*))?$/.exec(text)?.groups ?? {};
  if (name === '') throw new InvalidArgumentError('It has no name.');
  if (localAddress === undefined) return [...earlier, { name }];
  if (localAddress === '') throw new InvalidArgumentError('It has no address.');
  return [...earlier, { name, binding: { localAddress } }];
}
