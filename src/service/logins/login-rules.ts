// From login options as they are kept to what an adapter is told: authentication, keys, policy, and what is refused.

import {
  type ChapCredentials,
  type ConnectionWishes,
  type ConnectOptions,
  type LoginWishes,
  radiusVerifier,
} from '../../adapter/index.ts';
import { ServiceError } from '../../base/index.ts';
import type { DigestWish, LoginOptionsInfo, PolicyName } from '../contract/login-options.ts';
import type { PortalAddress } from '../contract/names.ts';
import { loginFlag } from '../input/login-options.ts';
import { parseServer, radiusPort } from '../wanted/servers.ts';
import { secretName } from '../wanted/vault.ts';
import type { Wanted } from '../wanted/wanted.ts';
import { refuseIpsec } from './ipsec.ts';

/** What a login is made of. */
export interface LoginParts {
  readonly options: LoginOptionsInfo;
  readonly password: Uint8Array | undefined;
  readonly securityFlags: number;
  readonly hasKey?: boolean;
}

/** The wishes of a discovery session, and of any login. */
export type PlainWishes = Omit<LoginWishes, 'portal' | 'signal'>;

/** The wishes of a login to a target. */
export type SessionWishes = Omit<ConnectOptions, 'portal' | 'targetName' | 'existing' | 'informational' | 'signal'>;

/** What makes RADIUS servers, asked with the shared secret, judge whether a target has proved itself. */
export type RadiusMutual = (
  servers: readonly PortalAddress[],
  secret: Uint8Array,
) => NonNullable<ChapCredentials['mutual']>;

/** The least and the most bytes of a CHAP secret; RFC 7143 §9.2.1 asks for 96 random bits where there is no IPsec. */
export const chapSecretLength = { least: 12, most: 255 } as const;

const digests: Readonly<Record<DigestWish, 'None' | 'CRC32C' | 'CRC32C,None'>> = {
  none: 'None',
  crc32c: 'CRC32C',
  preferred: 'CRC32C,None',
};

/** The rules by which logins are made. */
export class LoginRules {
  readonly #wanted: Wanted;
  readonly #nodeName: () => string;
  readonly #defaults: SessionWishes;
  readonly #radiusMutual: RadiusMutual;

  /** `defaults` hold for every session where its login options say nothing; the instances have those of the keys. */
  constructor(
    wanted: Wanted,
    nodeName: () => string,
    { defaults, radiusMutual = askRadius }: { readonly defaults: SessionWishes; readonly radiusMutual?: RadiusMutual },
  ) {
    this.#wanted = wanted;
    this.#nodeName = nodeName;
    this.#defaults = defaults;
    this.#radiusMutual = radiusMutual;
  }

  /**
   * What a discovery session is told. Throws ServiceError: SERVICE_IPSEC_UNAVAILABLE, SERVICE_SECRET_MISSING,
   * SERVICE_SECRET_INVALID, SERVICE_SERVER_UNKNOWN and RADIUS_REJECTED.
   */
  wishes(parts: LoginParts): PlainWishes {
    const { options, securityFlags, hasKey = false } = parts;
    refuseIpsec({ loginFlags: options.loginFlags, securityFlags, hasKey });
    refuseRadiusResponse(options);
    const { limits } = this.#defaults;
    const chap = this.#chap(parts);
    return {
      offers: offersOf(options),
      ...(limits === undefined ? {} : { limits }),
      ...(chap === undefined ? {} : { chap }),
    };
  }

  /** What a login to a target is told. Throws as `wishes` does, and SERVICE_BAD_REQUEST for a policy that cannot be yet. */
  sessionWishes(parts: LoginParts): SessionWishes {
    const { connections, policy } = parts.options;
    return {
      ...this.#defaults,
      ...this.wishes(parts),
      ...(connections === undefined ? {} : { connections }),
      ...(policy === undefined ? {} : { policy: policyOf(policy) }),
    };
  }

  /** What a connection is told that is added to a session: only what its options say. Throws as `wishes` does. */
  connectionWishes(parts: LoginParts): ConnectionWishes {
    const { options } = parts;
    const { chap } = this.wishes(parts);
    const { headerDigest, dataDigest } = offersOf(options);
    return {
      ...(options.authType === undefined ? {} : { chap: chap ?? 'none' }),
      offers: {
        ...(headerDigest === undefined ? {} : { headerDigest }),
        ...(dataDigest === undefined ? {} : { dataDigest }),
      },
    };
  }

  #chap({ options, password }: LoginParts): ChapCredentials | undefined {
    const { authType = 'none', userName } = options;
    if (authType === 'none') return undefined;
    if (password === undefined)
      throw missing('The login has no password to prove itself with', 'loginOptions.password');
    checkChapSecret(password, 'loginOptions.password');
    const credentials = { user: userName ?? this.#nodeName(), secret: password };
    if (authType === 'chap') return credentials;
    if (((options.loginFlags ?? 0) & loginFlag.radiusVerification) !== 0) {
      return { ...credentials, mutual: this.#radius() };
    }
    const secret = this.#wanted.vault.get(secretName.chap);
    if (secret === undefined)
      throw missing('The initiator has no CHAP secret for targets to prove themselves with', 'authType');
    return { ...credentials, mutual: { secret } };
  }

  /** Somebody who knows the target's secret, in the place of that secret. */
  #radius(): NonNullable<ChapCredentials['mutual']> {
    const { radiusServers, vault } = this.#wanted;
    const servers = radiusServers.all().map(({ address }) => parseServer(address, radiusPort));
    const field = 'loginOptions.loginFlags';
    if (servers.length === 0) {
      throw new ServiceError('SERVICE_SERVER_UNKNOWN', 'RADIUS is asked for, and no RADIUS server is known', { field });
    }
    const secret = vault.get(secretName.radius);
    if (secret === undefined) throw missing('There is no secret shared with the RADIUS servers', field);
    return this.#radiusMutual(servers, secret);
  }
}

/** The target may have any name but ours: which ones may answer for which target is up to the servers. */
function askRadius(servers: readonly PortalAddress[], secret: Uint8Array): NonNullable<ChapCredentials['mutual']> {
  return { verify: radiusVerifier({ servers, secret }) };
}

/** A RADIUS server verifies responses (RFC 2865 §5.3); none makes one. */
function refuseRadiusResponse({ loginFlags = 0 }: LoginOptionsInfo): void {
  if ((loginFlags & loginFlag.radiusResponse) === 0) return;
  throw new ServiceError('RADIUS_REJECTED', 'No RADIUS server makes CHAP responses in our place', {
    field: 'loginOptions.loginFlags',
  });
}

/** Throws ServiceError SERVICE_SECRET_INVALID for a CHAP secret that is too short or too long. */
export function checkChapSecret(secret: Uint8Array, field: string): void {
  const { least, most } = chapSecretLength;
  if (secret.length >= least && secret.length <= most) return;
  const why = `A CHAP secret has ${least} to ${most} bytes, not ${secret.length}`;
  throw new ServiceError('SERVICE_SECRET_INVALID', why, { field });
}

function offersOf(options: LoginOptionsInfo): NonNullable<LoginWishes['offers']> {
  const { headerDigest, dataDigest, maximumConnections, defaultTime2Wait, defaultTime2Retain } = options;
  return {
    ...(headerDigest === undefined ? {} : { headerDigest: digests[headerDigest] }),
    ...(dataDigest === undefined ? {} : { dataDigest: digests[dataDigest] }),
    ...(maximumConnections === undefined ? {} : { maxConnections: maximumConnections }),
    ...(defaultTime2Wait === undefined ? {} : { defaultTime2Wait }),
    ...(defaultTime2Retain === undefined ? {} : { defaultTime2Retain }),
  };
}

/** A policy before there are connections that it could name. */
function policyOf(policy: PolicyName): NonNullable<ConnectOptions['policy']> {
  switch (policy) {
    case 'roundRobinSubset':
      throw new ServiceError('SERVICE_BAD_REQUEST', 'A subset is chosen when the connections are there', {
        field: 'loginOptions.policy',
      });
    case 'weightedPaths':
      return { kind: policy, weights: new Map() };
    default:
      return { kind: policy };
  }
}

function missing(message: string, field: string): ServiceError {
  return new ServiceError('SERVICE_SECRET_MISSING', message, { field });
}
