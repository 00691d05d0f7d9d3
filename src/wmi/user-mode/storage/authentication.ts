// AuthenticationType and its credentials, as the storage classes have them.

import type { AuthType, LoginOptions } from '../../../service/index.ts';
import { refuse } from '../../cim/return-value.ts';
import { textOf } from '../inputs.ts';
import { readPassword } from '../login-options.ts';

/** The words of AuthenticationType. */
const words: Readonly<Record<AuthType, string>> = { none: 'NONE', chap: 'ONEWAYCHAP', mutualChap: 'MUTUALCHAP' };

/** What says who proves what to whom. */
export interface CredentialsInput {
  readonly AuthenticationType?: string | null;
  readonly ChapUsername: string | null;
  readonly ChapSecret: string | null;
}

/** AuthenticationType of what the service says of a session. */
export function asAuthenticationType(authType: string): string {
  return authType in words ? words[authType as AuthType] : words.none;
}

/**
 * Login options of the credentials. Without AuthenticationType it is `otherwise`. A word that there is not is
 * ISDSC_INVALID_LOGON_AUTH_TYPE; a secret that is not 12 to 16 bytes long is ISDSC_INVALID_TARGET_CHAP_SECRET.
 */
export function readCredentials(
  input: CredentialsInput,
  otherwise: AuthType = 'none',
): Pick<LoginOptions, 'authType' | 'userName' | 'password'> {
  const authType = readType(textOf(input.AuthenticationType ?? null), otherwise);
  const userName = textOf(input.ChapUsername);
  const secret = textOf(input.ChapSecret);
  return {
    ...(authType === 'none' ? {} : { authType }),
    ...(userName === undefined ? {} : { userName }),
    ...(secret === undefined ? {} : { password: readPassword(new TextEncoder().encode(secret)) }),
  };
}

function readType(word: string | undefined, otherwise: AuthType): AuthType {
  if (word === undefined) return otherwise;
  const types = Object.keys(words) as AuthType[];
  const type = types.find((each) => words[each] === word.toUpperCase());
  return type ?? refuse('ISDSC_INVALID_LOGON_AUTH_TYPE', `AuthenticationType is one of ${Object.values(words).join()}`);
}
