// The options by which a login of the service is told how, and the LoginOptions that they make.

import { type Command, Option } from 'commander';
import { UsageError } from '../../base/index.ts';
import type { AuthType, DigestWish, LoginOptions, PolicyName, Secret } from '../../service/index.ts';
import type { CliEnvironment } from '../environment.ts';
import { findSecret, secretVariable } from '../secrets.ts';
import { integerFrom } from '../sizes.ts';

/** How to log in, as the command line says. */
export interface LoginCommandOptions {
  readonly chapUser?: string;
  readonly chapSecretFile?: string;
  readonly mutual?: boolean;
  readonly headerDigest?: DigestWish;
  readonly dataDigest?: DigestWish;
  readonly connections?: number;
  readonly maxConnections?: number;
  readonly time2Wait?: number;
  readonly time2Retain?: number;
  readonly policy?: string;
  readonly multipath?: boolean;
  readonly requireIpsec?: boolean;
  readonly portalHopping?: boolean;
  readonly radiusResponse?: boolean;
  readonly radiusVerification?: boolean;
}

/** ISCSI_LOGIN_FLAGS of iscsidsc.h. */
const loginFlag = {
  requireIpsec: 1,
  multipath: 2,
  portalHopping: 8,
  radiusResponse: 16,
  radiusVerification: 32,
} as const;

/** The policies as the command line has them, here and for one's own sessions. */
export const policyNames: Readonly<Record<PolicyName, string>> = {
  failOver: 'fail-over',
  roundRobin: 'round-robin',
  roundRobinSubset: 'round-robin-subset',
  leastQueueDepth: 'least-queue-depth',
  weightedPaths: 'weighted',
};

/** Those that need no list of connections, which are known only when they are there. */
const policiesAtLogin = ['failOver', 'roundRobin', 'leastQueueDepth'] as const;

/** Adds the options that prove who logs in. */
export function addAuthOptions(command: Command): Command {
  return command
    .option(
      '--chap-user <name>',
      `log in as this user, the node's name unless given; the secret comes from ${secretVariable.chap}, a file or a prompt`,
    )
    .option('--chap-secret-file <file>', "file with the user's secret, - for standard input; a line end is left out")
    .option('--mutual', 'the target proves itself too, by the secret of `hawser secrets set-chap`')
    .option(
      '--radius-response',
      'a RADIUS server is to make the answer to the target; refused, as no server does (RFC 2865)',
    )
    .option('--radius-verification', "a RADIUS server checks the target's answer");
}

/** Adds the options of what is asked of a session. */
export function addLoginOptions(command: Command): Command {
  return addAuthOptions(command)
    .addOption(digestOption('--header-digest <wish>'))
    .addOption(digestOption('--data-digest <wish>'))
    .option('--connections <n>', 'connections to open, as far as the target allows', integerFrom(1, 64))
    .option('--max-connections <n>', 'MaxConnections to offer', integerFrom(1, 65_535))
    .option('--time2-wait <s>', 'DefaultTime2Wait to offer', integerFrom(0, 3600))
    .option('--time2-retain <s>', 'DefaultTime2Retain to offer', integerFrom(0, 3600))
    .addOption(
      new Option('--policy <policy>', 'which connections carry commands; more by `hawser session policy`').choices(
        policiesAtLogin.map((name) => policyNames[name]),
      ),
    )
    .option('--multipath', 'further sessions with the same target are allowed')
    .option('--portal-hopping', 'go on to other portals of the target when this one fails')
    .option('--require-ipsec', 'refuse to log in without IPsec');
}

/** What the options say; undefined where they say nothing. Throws UsageError ISCSI_BAD_ARGUMENT for a user without a secret. */
export async function toLoginOptions(
  options: LoginCommandOptions,
  environment: CliEnvironment,
): Promise<LoginOptions | undefined> {
  const { headerDigest, dataDigest, connections, maxConnections, time2Wait, time2Retain } = options;
  const policy = policiesAtLogin.find((name) => policyNames[name] === options.policy);
  const loginFlags = flagsOf(options);
  const made: LoginOptions = {
    ...(await toAuth(options, environment)),
    ...(headerDigest === undefined ? {} : { headerDigest }),
    ...(dataDigest === undefined ? {} : { dataDigest }),
    ...(connections === undefined ? {} : { connections }),
    ...(maxConnections === undefined ? {} : { maximumConnections: maxConnections }),
    ...(time2Wait === undefined ? {} : { defaultTime2Wait: time2Wait }),
    ...(time2Retain === undefined ? {} : { defaultTime2Retain: time2Retain }),
    ...(policy === undefined ? {} : { policy }),
    ...(loginFlags === 0 ? {} : { loginFlags }),
  };
  return Object.keys(made).length === 0 ? undefined : made;
}

async function toAuth(
  { chapUser, chapSecretFile, mutual, radiusResponse }: LoginCommandOptions,
  environment: CliEnvironment,
): Promise<{ authType?: AuthType; userName?: string; password?: Secret }> {
  if (chapUser === undefined && chapSecretFile === undefined && mutual !== true) return {};
  const authType = mutual === true ? 'mutualChap' : 'chap';
  const named = { authType, ...(chapUser === undefined ? {} : { userName: chapUser }) } as const;
  if (radiusResponse === true && chapSecretFile === undefined) return named;
  const question = `CHAP secret of ${chapUser ?? 'the node'}`;
  const secret = await findSecret({ path: chapSecretFile, variable: secretVariable.chap, question }, environment);
  if (secret === undefined) {
    const message = `No secret for ${chapUser ?? 'the node'}: give --chap-secret-file or ${secretVariable.chap}`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'chapSecret' });
  }
  return { ...named, password: toSecret(secret) };
}

/** A secret as the service takes it: bytes that may be no text go in hexadecimal. */
export function toSecret(secret: string | Uint8Array): Secret {
  return typeof secret === 'string' ? secret : { hex: Buffer.from(secret).toString('hex') };
}

function flagsOf(options: LoginCommandOptions): number {
  const names = Object.keys(loginFlag) as (keyof typeof loginFlag)[];
  return names.reduce((flags, name) => (options[name] === true ? flags | loginFlag[name] : flags), 0);
}

function digestOption(flags: string): Option {
  return new Option(flags, 'none, crc32c, or preferred: crc32c where the target has it').choices([
    'none',
    'crc32c',
    'preferred',
  ]);
}
