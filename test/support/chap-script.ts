// The target's lines of a CHAP login, for tests: the exchange of test/vectors/chap.ts with places to go wrong.

import { type ChapAlgorithm, type LoginOptions, type LoginStep, startLogin } from '../../src/login/index.ts';
import { chapExchange } from '../vectors/chap.ts';
import { constantRandom, loginOptions, mutualAuth } from './login-cases.ts';
import { type Answer, type Line, ScriptedTarget } from './scripted-target.ts';

/** The exchange by MD5. */
export const md5: (typeof chapExchange.answers)[0] = chapExchange.answers[0];

/** Chooses CHAP. */
export const chooseChap: Answer = { text: ['TargetPortalGroupTag=1', 'AuthMethod=CHAP'] };

/** The challenge of the target; keys given replace its own, undefined ones are left out. */
export function challenge(keys: Readonly<Record<string, string | undefined>> = {}): Answer {
  const all: Record<string, string | undefined> = {
    CHAP_A: String(md5.number),
    CHAP_I: String(chapExchange.identifier),
    CHAP_C: `0x${chapExchange.challenge}`,
    ...keys,
  };
  return { text: Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])) };
}

/** The proof of the target, with T. */
export function proof(keys: Readonly<Record<string, string | undefined>> = {}): Answer {
  const all: Record<string, string | undefined> = { CHAP_N: 'target', CHAP_R: `0x${md5.theirs}`, ...keys };
  const text = Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  return { t: true, text };
}

/** Plays a mutual MD5 login whose own challenge and identifier are 0x11 throughout. */
export function playMutual(
  script: readonly Line[],
  changes: Partial<LoginOptions> = {},
): { readonly target: ScriptedTarget; readonly step: LoginStep } {
  const algorithms: ChapAlgorithm[] = ['MD5'];
  const target = new ScriptedTarget();
  const login = startLogin(
    loginOptions({ auth: mutualAuth({ algorithms }), random: constantRandom(0x11), ...changes }),
  );
  return { target, step: target.play(login, script) };
}
