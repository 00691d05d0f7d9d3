// CHAP secrets: from a file, the environment, a URL or a prompt. No option takes one, since process lists show arguments.

import type { ChapCredentials, IscsiUrl } from '../adapter/index.ts';
import { UsageError } from '../base/index.ts';
import type { CliEnvironment } from './environment.ts';

/** The options of a command that have to do with CHAP. */
export interface SecretOptions {
  readonly chapUser?: string;
  readonly chapSecretFile?: string;
  readonly targetUser?: string;
  readonly targetSecretFile?: string;
  readonly allowWeakSecrets?: boolean;
}

/** The variables that secrets are taken from. */
export const secretVariable = { chap: 'HAWSER_CHAP_SECRET', target: 'HAWSER_TARGET_SECRET' } as const;

/** What a URL may say of credentials. */
type UrlCredentials = Pick<IscsiUrl, 'user' | 'secret' | 'options'>;

/**
 * The credentials that options, URL and environment make together; undefined when neither option nor URL names a user.
 * A secret comes from the file that an option names, else from the URL, else from the environment, and last from a
 * prompt. Throws UsageError ISCSI_BAD_ARGUMENT for a user without a secret.
 */
export async function collectChap(
  options: SecretOptions,
  url: UrlCredentials,
  environment: CliEnvironment,
): Promise<ChapCredentials | undefined> {
  const user = options.chapUser ?? url.user;
  const targetUser = options.targetUser ?? url.options.targetUser;
  const targetFile = options.targetSecretFile;
  if (user === undefined) {
    if (targetUser === undefined && targetFile === undefined && url.options.targetSecret === undefined)
      return undefined;
    throw missing('The target is to authenticate, but no --chap-user is given', 'chapUser');
  }
  const secret = await findSecret(
    {
      path: options.chapSecretFile,
      fromUrl: user === url.user ? url.secret : undefined,
      variable: secretVariable.chap,
      question: `CHAP secret of ${user}`,
    },
    environment,
  );
  if (secret === undefined) {
    throw missing(`No secret for ${user}: give --chap-secret-file or ${secretVariable.chap}`, 'chapSecret');
  }
  const mutual = await collectMutual(options, url, environment, targetUser);
  return {
    user,
    secret,
    ...(mutual === undefined ? {} : { mutual }),
    ...(options.allowWeakSecrets === undefined ? {} : { allowWeakSecrets: options.allowWeakSecrets }),
  };
}

async function collectMutual(
  options: SecretOptions,
  url: UrlCredentials,
  environment: CliEnvironment,
  targetUser: string | undefined,
): Promise<ChapCredentials['mutual']> {
  const { targetSecret: fromUrl } = url.options;
  const path = options.targetSecretFile;
  const variable = secretVariable.target;
  const isWanted = [targetUser, path, fromUrl, environment.variables[variable]].some((given) => given !== undefined);
  if (!isWanted) return undefined;
  const name = targetUser ?? 'the target';
  const secret = await findSecret({ path, fromUrl, variable, question: `CHAP secret of ${name}` }, environment);
  if (secret === undefined)
    throw missing(`No secret for ${name}: give --target-secret-file or ${variable}`, 'targetSecret');
  return { ...(targetUser === undefined ? {} : { user: targetUser }), secret };
}

/**
 * A secret from the file at `path` (`-` is standard input), else the one that a URL has, else from the variable, and last
 * from a prompt where somebody sits at the terminal; undefined where there is none.
 */
export async function findSecret(
  places: {
    readonly path: string | undefined;
    readonly fromUrl?: string | undefined;
    readonly variable: string;
    readonly question: string;
  },
  environment: CliEnvironment,
): Promise<string | Uint8Array | undefined> {
  const { path, fromUrl, variable, question } = places;
  if (path === '-') return withoutLineEnd(await readStandardInput(environment));
  if (path !== undefined) return withoutLineEnd(await environment.files.readSecret(path));
  const known = fromUrl ?? environment.variables[variable];
  if (known !== undefined && known !== '') return known;
  if (!environment.terminals.stdin) return undefined;
  const answer = await environment.askSecret(question, environment.interruption);
  return answer === '' ? undefined : answer;
}

/** Far more than any secret. */
const longestSecret = 4096;

async function readStandardInput({ stdin }: CliEnvironment): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stdin as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    length += piece.length;
    if (length > longestSecret) throw missing(`Standard input holds more than ${longestSecret} bytes`, 'secret');
  }
  return Buffer.concat(pieces);
}

/** Editors end the last line of a file; that end is no part of the secret. */
function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.length - (bytes.at(-2) === 0x0d ? 2 : 1));
}

function missing(message: string, argument: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', message, { argument });
}
