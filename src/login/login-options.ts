// The options of one login, with their defaults, checked once.

import { randomBytes } from 'node:crypto';

import { UsageError } from '../base/index.ts';
import { type AuthOptions, type ResolvedChap, resolveChap } from './auth-options.ts';
import { ChallengeMemory } from './challenge-memory.ts';
import type { RandomSource } from './chap.ts';
import { type KeyOffers, resolveKeyOffers } from './offers.ts';
import type { NegotiatedParameters } from './parameters.ts';

/** What a login is to achieve, and as whom. */
export interface LoginOptions {
  /** 1 to 223 bytes (RFC 7143 §4.2.7.1). */
  readonly initiatorName: string;
  readonly initiatorAlias?: string | undefined;
  /** Required in normal sessions. */
  readonly targetName?: string | undefined;
  readonly sessionType: 'Normal' | 'Discovery';
  /** 48 bits. */
  readonly isid: number;
  /** 0 on the leading connection; the session's handle on an added or reinstated one. */
  readonly tsih: number;
  readonly cid: number;
  readonly cmdSn: number;
  /** The last ExpStatSN of a connection that this one reinstates (§11.12.9); otherwise 0. */
  readonly expStatSn?: number | undefined;
  readonly initiatorTaskTag: number;
  readonly auth: AuthOptions;
  /** Our defaults when left out. */
  readonly offers?: KeyOffers | undefined;
  /** Whether the connection is the first of its session: only that one negotiates session-wide keys. */
  readonly isLeading: boolean;
  /** What must hold: the portal group for any login, the session's parameters for an added connection. */
  readonly expected?:
    | { readonly targetPortalGroupTag?: number | undefined; readonly parameters?: NegotiatedParameters | undefined }
    | undefined;
  /** The challenges of all logins of this initiator; a memory of this login alone when left out. */
  readonly challengeMemory?: ChallengeMemory | undefined;
  /** node:crypto's randomBytes when left out. */
  readonly random?: RandomSource | undefined;
  /** How many requests the login may take before we give up; RFC 7143 §6.2 asks for at least 6. */
  readonly maxExchanges?: number | undefined;
  /** How many bytes of text the target may send in one continued text. */
  readonly maxTextLength?: number | undefined;
}

/** The options of a login with nothing left open. */
export interface ResolvedLogin {
  readonly names: LoginNames;
  readonly header: LoginHeader;
  readonly isLeading: boolean;
  readonly isDiscovery: boolean;
  readonly chap: ResolvedChap | undefined;
  readonly allowNone: boolean;
  readonly offers: KeyOffers;
  readonly expectedTag: number | undefined;
  readonly session: NegotiatedParameters | undefined;
  readonly challengeMemory: ChallengeMemory;
  readonly random: RandomSource;
  readonly maxExchanges: number;
  readonly maxTextLength: number;
}

/** The names that the first request carries. */
export interface LoginNames {
  readonly initiatorName: string;
  readonly initiatorAlias: string | undefined;
  readonly targetName: string | undefined;
}

/** The fields that all requests of a login have in common. */
export interface LoginHeader {
  readonly isid: number;
  readonly tsih: number;
  readonly cid: number;
  readonly cmdSn: number;
  readonly expStatSn: number;
  readonly initiatorTaskTag: number;
}

const longestName = 223;
const longestAlias = 255;
const u16Max = 0xffff;
const u32Max = 0xffff_ffff;
const isidMax = 2 ** 48 - 1;
const fewestExchanges = 6;
const defaultMaxExchanges = 64;
/** What every side must be able to receive when authentication needs it (§6.1); no login comes near it. */
const defaultMaxTextLength = 65_536;
const leastTextLength = 8192;

/**
 * Checks the options and fills in the defaults. Throws UsageError ISCSI_BAD_ARGUMENT or ISCSI_WEAK_SECRET with the
 * option's name; no message holds a secret.
 */
export function resolveLogin(options: LoginOptions): ResolvedLogin {
  const isDiscovery = options.sessionType === 'Discovery';
  checkNames(options, isDiscovery);
  checkSession(options);
  const header: LoginHeader = {
    isid: inRange('isid', options.isid, 0, isidMax),
    tsih: inRange('tsih', options.tsih, 0, u16Max),
    cid: inRange('cid', options.cid, 0, u16Max),
    cmdSn: inRange('cmdSn', options.cmdSn, 0, u32Max),
    expStatSn: inRange('expStatSn', options.expStatSn ?? 0, 0, u32Max),
    // The largest value is reserved to mean "no task" (§11.2.1.8).
    initiatorTaskTag: inRange('initiatorTaskTag', options.initiatorTaskTag, 0, u32Max - 1),
  };
  const { initiatorName, initiatorAlias, targetName } = options;
  return {
    names: { initiatorName, initiatorAlias, targetName },
    header,
    isLeading: options.isLeading,
    isDiscovery,
    chap: resolveChap(options.auth),
    allowNone: options.auth.allowNone,
    offers: resolveOffers(options, isDiscovery),
    expectedTag: options.expected?.targetPortalGroupTag ?? options.expected?.parameters?.targetPortalGroupTag,
    session: options.isLeading ? undefined : options.expected?.parameters,
    challengeMemory: options.challengeMemory ?? new ChallengeMemory(),
    random: options.random ?? randomBytes,
    maxExchanges: inRange('maxExchanges', options.maxExchanges ?? defaultMaxExchanges, fewestExchanges, u16Max),
    maxTextLength: inRange('maxTextLength', options.maxTextLength ?? defaultMaxTextLength, leastTextLength, 2 ** 24),
  };
}

/** A discovery session has no recovery (§13.21), whatever was asked for. */
function resolveOffers(options: LoginOptions, isDiscovery: boolean): KeyOffers {
  const offers = options.offers ?? resolveKeyOffers();
  return isDiscovery ? { ...offers, errorRecoveryLevel: 0 } : offers;
}

function checkNames(options: LoginOptions, isDiscovery: boolean): void {
  checkText('initiatorName', options.initiatorName, longestName);
  if (options.initiatorAlias !== undefined) checkText('initiatorAlias', options.initiatorAlias, longestAlias);
  if (options.targetName !== undefined) checkText('targetName', options.targetName, longestName);
  else if (!isDiscovery) refuse('targetName', 'a normal session needs one (RFC 7143 §13.4)');
}

function checkSession(options: LoginOptions): void {
  if (options.isLeading !== (options.tsih === 0)) {
    refuse('tsih', 'is 0 on the leading connection and on no other (RFC 7143 §11.12.6)');
  }
  if (options.isLeading) return;
  if (options.sessionType === 'Discovery') refuse('isLeading', 'a discovery session has one connection');
  if (options.expected?.parameters === undefined) refuse('expected', "the session's parameters are needed");
}

function checkText(argument: string, text: string, maxLength: number): void {
  const length = Buffer.byteLength(text);
  if (length === 0 || length > maxLength || text.includes('\0')) {
    refuse(argument, `has 1 to ${maxLength} bytes and no null`);
  }
}

function inRange(argument: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    refuse(argument, `${value} is not an integer from ${min} to ${max}`);
  }
  return value;
}

function refuse(argument: string, why: string): never {
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${argument}: ${why}`, { argument });
}
