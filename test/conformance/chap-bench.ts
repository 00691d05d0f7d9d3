// CHAP on the bench: the target's lines of the exchange, with the hash worked out from RFC 1994 §4.1 alone.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ChallengeMemory, type ChapOptions } from '../../src/session/index.ts';
import { LoginBench, type Request } from './login-bench.ts';

/** One side of the exchange. */
interface Party {
  readonly user: string;
  readonly secret: Buffer;
}

/** The user and secret of the initiator, and those of the target. */
export const us: Party = { user: 'initiator', secret: Buffer.from('a secret of ours') };
export const them: Party = { user: 'target', secret: Buffer.from('one of the target') };

/** A challenge of the target: it is what the rows change. */
export const someChallenge: Buffer = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');

/** What a CHAP login is opened with. */
export interface ChapSetup {
  readonly chap?: Partial<ChapOptions>;
  /** Whether the target has to prove itself too; with the name given, or any. */
  readonly mutual?: boolean | 'anyName';
  /** The memory that the logins of one initiator share. */
  readonly memory?: ChallengeMemory;
  readonly random?: (length: number) => Uint8Array;
}

type Keys = Readonly<Record<string, string>>;

/** One CHAP login, in the hands of the test. */
export class ChapBench implements AsyncDisposable {
  readonly login: LoginBench;

  private constructor(login: LoginBench) {
    this.login = login;
  }

  /** Begins a login and has the target choose CHAP; the list of algorithms is here. */
  static async begin(setup: ChapSetup = {}): Promise<ChapBench> {
    const mutual = { secret: them.secret, ...(setup.mutual === 'anyName' ? {} : { user: them.user }) };
    const withMutual = setup.mutual === undefined ? {} : { mutual };
    const login = await LoginBench.begin({
      login: {
        auth: { chap: { ...us, algorithms: ['SHA-256', 'MD5'], ...withMutual, ...setup.chap }, allowNone: false },
        challengeMemory: setup.memory ?? new ChallengeMemory(),
        random: setup.random,
      },
    });
    await login.request();
    return new ChapBench(login);
  }

  /** The target's answer to the offer of methods. */
  async choose(keys: readonly string[] = []): Promise<Request> {
    this.login.answer({}, ['TargetPortalGroupTag=1', 'AuthMethod=CHAP', ...keys]);
    return await this.login.request();
  }

  /** The target's challenge: MD5 unless it says otherwise. */
  challenge(keys: Keys = {}): void {
    const all = { CHAP_A: '5', CHAP_I: '37', CHAP_C: hex(someChallenge), ...keys };
    this.login.answer({}, lines(all));
  }

  /** Chooses CHAP, sends a challenge, and takes the answer of the initiator. */
  async challenged(keys: Keys = {}): Promise<Request> {
    await this.choose();
    this.challenge(keys);
    return await this.login.request();
  }

  /** The proof of the target for what the initiator sent last; keys given replace its own. */
  prove(keys: Keys = {}): void {
    const proof = hex(md5(this.ownIdentifier, them.secret, this.ownChallenge));
    this.login.answer({ isTransit: true, nextStage: 1 }, lines({ CHAP_N: them.user, CHAP_R: proof, ...keys }));
  }

  /** The challenge of the initiator. */
  get ownChallenge(): Buffer {
    return Buffer.from(said(this.login.requests.at(-1)!, 'CHAP_C').slice(2), 'hex');
  }

  get ownIdentifier(): number {
    return Number(said(this.login.requests.at(-1)!, 'CHAP_I'));
  }

  /** Asserts that authentication is over and the login goes on to its end. */
  async succeeds(): Promise<void> {
    await this.login.request();
    await this.login.finish();
  }

  /** One-way: the target is content with the answer of the initiator. */
  async accept(): Promise<void> {
    this.login.answer({ isTransit: true, nextStage: 1 });
    await this.succeeds();
  }

  /** Asserts that the initiator ends the login for authentication. */
  async refuses(): Promise<void> {
    await this.login.refuses('ISCSI_AUTH_FAILED');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.login[Symbol.asyncDispose]();
  }
}

/** The value of a key in a request; the request must hold it. */
export function said(request: Request, key: string): string {
  const value = request.pairs.find(([name]) => name === key)?.[1];
  assert.ok(value !== undefined, `${key} is missing`);
  return value;
}

/** The response to a challenge: MD5 over identifier, secret and challenge (RFC 1994 §4.1). */
export function md5(identifier: number, secret: Uint8Array, challenge: Uint8Array): Buffer {
  return createHash('md5')
    .update(Buffer.concat([Buffer.from([identifier]), secret, challenge]))
    .digest();
}

/** A binary-value as a hex-constant (RFC 7143 §6.1). */
export function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}

function lines(keys: Keys): string[] {
  return Object.entries(keys).map(([key, value]) => `${key}=${value}`);
}
