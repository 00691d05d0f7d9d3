// Where the service serves WS-Management, as the command line says: nowhere, unless told.

import { type Command, InvalidArgumentError } from 'commander';
import type { WsManagementOptions } from '../../wmi/index.ts';
import type { CliEnvironment } from '../environment.ts';
import { CommandLineError } from '../failure.ts';
import { parseListen } from './serving-options.ts';

/** The options of `hawser service run` that say where. */
export interface WsmanOptions {
  readonly wsman?: { readonly host: string; readonly port: number };
  readonly wsmanUser?: string;
  readonly wsmanPasswordFile?: string;
  readonly wsmanCert?: string;
  readonly wsmanKey?: string;
  readonly wsmanAnonymousIdentify?: boolean;
}

/** Where and how the endpoint is served. */
export type WsmanServing = Pick<WsManagementOptions, 'listen' | 'credentials' | 'tls' | 'allowsAnonymousIdentify'>;

const passwordVariable = 'HAWSER_WSMAN_PASSWORD';

/** Adds the options. */
export function addWsmanOptions(command: Command): Command {
  return command
    .option(
      '--wsman <[host:]port>',
      'also serve WS-Management on TCP, on 127.0.0.1 unless a host is given; other hosts than the loopback need TLS',
      parseWsmanListen,
    )
    .option('--wsman-user <name>', 'who may use WS-Management')
    .option(
      '--wsman-password-file <file>',
      'file with the password of that user, 12 bytes or more; HAWSER_WSMAN_PASSWORD unless given',
    )
    .option('--wsman-cert <file>', 'certificate (PEM) for --wsman')
    .option('--wsman-key <file>', 'its key (PEM)')
    .option('--wsman-anonymous-identify', 'tell whoever asks that this speaks WS-Management');
}

/** `[host:]port`; port 0 takes a free one. */
function parseWsmanListen(text: string): { readonly host: string; readonly port: number } {
  if (!/^\d+$/.test(text)) return parseListen(text);
  const port = Number(text);
  if (port > 65_535) throw new InvalidArgumentError('It is no port.');
  return { host: '127.0.0.1', port };
}

/** Reads the files that options name; undefined where WS-Management is not asked for. */
export async function toWsmanServing(
  options: WsmanOptions,
  { files, variables }: CliEnvironment,
): Promise<WsmanServing | undefined> {
  const { wsman: listen, wsmanUser: user, wsmanPasswordFile, wsmanCert, wsmanKey, wsmanAnonymousIdentify } = options;
  if (listen === undefined) {
    const stray = [user, wsmanPasswordFile, wsmanCert, wsmanKey, wsmanAnonymousIdentify];
    if (stray.some((given) => given !== undefined)) throw new CommandLineError('--wsman-… options are for --wsman');
    return undefined;
  }
  if (user === undefined) throw new CommandLineError('--wsman needs --wsman-user');
  const password =
    wsmanPasswordFile === undefined
      ? variables[passwordVariable]
      : toText(await files.readSecret(wsmanPasswordFile)).trim();
  if (password === undefined || password === '') {
    throw new CommandLineError(`--wsman needs --wsman-password-file or ${passwordVariable}`);
  }
  if ((wsmanCert === undefined) !== (wsmanKey === undefined)) {
    throw new CommandLineError('--wsman-cert and --wsman-key go together');
  }
  const serving = { listen, credentials: { user, password }, allowsAnonymousIdentify: wsmanAnonymousIdentify === true };
  if (wsmanCert === undefined || wsmanKey === undefined) return serving;
  const tls = {
    cert: toText(await files.readCertificates(wsmanCert)),
    key: toText(await files.readCertificates(wsmanKey)),
  };
  return { ...serving, tls };
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
