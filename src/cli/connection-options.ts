// The options by which every command that logs in is told how, and what they make of a URL.

import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type ConnectOptions,
  type IscsiUrl,
  type LoginWishes,
  parseIscsiUrl,
  toConnectOptions,
} from '../adapter/index.ts';
import { parsePortal } from '../base/index.ts';
import type { DigestOffer, SessionLimits } from '../session/index.ts';
import type { CliEnvironment } from './environment.ts';
import type { NumberedPolicy } from './policy-option.ts';
import { printable } from './printer.ts';
import { collectChap, type SecretOptions, secretVariable } from './secrets.ts';
import { integerFrom, secondsUpTo } from './sizes.ts';

/** How to log in, as the command line says. */
export interface ConnectionOptions extends SecretOptions {
  readonly initiatorName?: string;
  readonly headerDigest?: DigestOffer;
  readonly dataDigest?: DigestOffer;
  readonly connections?: number;
  readonly policy?: NumberedPolicy;
  readonly timeout?: number;
  readonly replacementTimeout?: number;
}

/** What an initiator is to be and where it is to log in. */
export interface Wanted<Wishes> {
  readonly initiatorName: string | undefined;
  readonly wishes: Wishes;
  /** Which connections are to carry the commands, once they are there. */
  readonly policy?: NumberedPolicy;
  /** Takes lines for the person at the terminal. */
  readonly note?: (line: string) => void;
}

const digestOffers: Readonly<Record<string, DigestOffer>> = {
  none: 'None',
  crc32c: 'CRC32C',
  'none,crc32c': 'None,CRC32C',
  'crc32c,none': 'CRC32C,None',
};

/** Adds the options of CHAP. `role` says in the help who uses them. */
export function addSecretOptions(command: Command, role: 'initiator' | 'target'): Command {
  const [ours, theirs] =
    role === 'initiator' ? ['log in as this user', 'the target proves'] : ['demand CHAP of this user', 'we prove'];
  return command
    .option('--chap-user <name>', `${ours}; the secret comes from ${secretVariable.chap}, a file or a prompt`)
    .option('--chap-secret-file <file>', "file with the user's secret; a line end after it is left out")
    .option(
      '--target-user <name>',
      `mutual CHAP: ${theirs} to be this user; secret in ${secretVariable.target} or a file`,
    )
    .option('--target-secret-file <file>', 'file with the secret of the target')
    .option('--allow-weak-secrets', 'take secrets shorter than 12 bytes (RFC 7143 §9.2.1 forbids them)');
}

/** Adds the options of everything that logs in. */
export function addConnectionOptions(command: Command): Command {
  addSecretOptions(command, 'initiator');
  return command
    .option('--initiator-name <name>', "iSCSI name to log in under; made from the host's name unless given")
    .addOption(digestOption('--header-digest <list>'))
    .addOption(digestOption('--data-digest <list>'))
    .option('--connections <n>', 'connections of the session, as far as the target allows', integerFrom(1, 64))
    .option('--timeout <seconds>', 'limit for connecting, for the login and for each command', secondsUpTo(86_400))
    .option(
      '--replacement-timeout <seconds>',
      'how long to wait for a session that was lost to come back; 0: not at all (default 60)',
      secondsUpTo(86_400, true),
    );
}

/** A digest option; its value is the offer as the key has it. */
export function digestOption(flags: string): Option {
  return new Option(flags, 'none, crc32c, or both in order of preference, with a comma').argParser((text: string) => {
    const offer = digestOffers[text.toLowerCase()];
    if (offer === undefined) throw new InvalidArgumentError('must be none, crc32c, none,crc32c or crc32c,none');
    return offer;
  });
}

/** What to log in to: a URL with the options on top. Throws UsageError ISCSI_BAD_URL or ISCSI_BAD_ARGUMENT. */
export async function toConnect(
  url: IscsiUrl,
  options: ConnectionOptions,
  environment: CliEnvironment,
): Promise<Wanted<ConnectOptions>> {
  const chap = await collectChap(options, url, environment);
  // The credentials are made of more than the URL knows, so they are left out where only the URL is read.
  const wishes = toConnectOptions({
    ...without(url, 'user', 'secret'),
    options: without(url.options, 'targetUser', 'targetSecret'),
  });
  return {
    initiatorName: options.initiatorName ?? url.options.initiator,
    wishes: {
      ...wishes,
      ...(options.connections === undefined ? {} : { connections: options.connections }),
      ...(chap === undefined ? {} : { chap }),
      limits: { ...wishes.limits, ...limitsOf(options) },
      offers: { ...wishes.offers, ...digestsOf(options) },
    },
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    note: (line) => environment.stderr.write(`${printable(line)}\n`),
  };
}

/** Where to discover: `host[:port]` or a URL, with the options on top. Throws as `toConnect` does. */
export async function toDiscovery(
  portal: string,
  options: ConnectionOptions,
  environment: CliEnvironment,
): Promise<Wanted<LoginWishes>> {
  const url: IscsiUrl = portal.includes('://') ? parseIscsiUrl(portal) : { portal: parsePortal(portal), options: {} };
  const chap = await collectChap(options, url, environment);
  const { headerDigest, dataDigest, limits, initiator } = url.options;
  return {
    initiatorName: options.initiatorName ?? initiator,
    wishes: {
      portal: url.portal,
      ...(chap === undefined ? {} : { chap }),
      limits: { ...limits, ...limitsOf(options) },
      offers: { headerDigest, dataDigest, ...digestsOf(options) },
    },
  };
}

function limitsOf({ timeout, replacementTimeout }: ConnectionOptions): Partial<SessionLimits> {
  return {
    ...(timeout === undefined ? {} : timeoutsOf(Math.ceil(timeout * 1000))),
    ...(replacementTimeout === undefined ? {} : { replacementTimeoutMs: Math.ceil(replacementTimeout * 1000) }),
  };
}

function timeoutsOf(limitMs: number): Partial<SessionLimits> {
  return {
    connectTimeoutMs: limitMs,
    loginTimeoutMs: limitMs,
    taskTimeoutMs: limitMs,
    textTimeoutMs: limitMs,
    logoutTimeoutMs: Math.min(limitMs, 5_000),
  };
}

function digestsOf({ headerDigest, dataDigest }: ConnectionOptions): {
  headerDigest?: DigestOffer;
  dataDigest?: DigestOffer;
} {
  return {
    ...(headerDigest === undefined ? {} : { headerDigest }),
    ...(dataDigest === undefined ? {} : { dataDigest }),
  };
}

function without<T extends object, Name extends keyof T>(object: T, ...names: readonly Name[]): Omit<T, Name> {
  const left: T = { ...object };
  for (const name of names) Reflect.deleteProperty(left, name);
  return left;
}
