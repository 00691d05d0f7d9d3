// How to log in: ISCSI_LOGIN_OPTIONS of iscsidsc.h, and what this service takes besides.

import type { Secret } from './names.ts';

/** Who proves what to whom (ISCSI_AUTH_TYPES). With `mutualChap` the target proves itself by the initiator's CHAP secret. */
export type AuthType = 'none' | 'chap' | 'mutualChap';

/** What is wanted of a digest: `crc32c` is offered alone, and `preferred` together with none. */
export type DigestWish = 'none' | 'crc32c' | 'preferred';

/** Which connection carries the next command (MSiSCSI_LB policies); round robin with a subset names its active connections. */
export type PolicyName = 'failOver' | 'roundRobin' | 'roundRobinSubset' | 'leastQueueDepth' | 'weightedPaths';

/** What a login may be told, without secrets. What is not given is as the adapter has it. */
export interface LoginOptionsInfo {
  readonly authType?: AuthType;
  /** CHAP_N of the initiator; its node name unless given. */
  readonly userName?: string;
  readonly headerDigest?: DigestWish;
  readonly dataDigest?: DigestWish;
  /** MaxConnections to offer: 1 to 65535. */
  readonly maximumConnections?: number;
  /** In seconds: 0 to 3600. */
  readonly defaultTime2Wait?: number;
  readonly defaultTime2Retain?: number;
  /** ISCSI_LOGIN_FLAGS as bits: 1 require IPsec, 2 multipath, 8 portal hopping, 16 RADIUS response, 32 RADIUS verification. */
  readonly loginFlags?: number;
  /** How many connections to open at login; 1 unless given. */
  readonly connections?: number;
  readonly policy?: PolicyName;
}

/** What a login may be told. */
export interface LoginOptions extends LoginOptionsInfo {
  /** The CHAP secret with which the initiator proves itself. */
  readonly password?: Secret;
}

/** Login options as they come out: whether there is a password, never which. */
export interface StoredLoginOptions extends LoginOptionsInfo {
  readonly hasPassword: boolean;
}
