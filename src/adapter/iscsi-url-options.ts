// The options of an iSCSI URL: their names, those of libiscsi among them, and what each may be.

import { UsageError } from '../base/index.ts';
import type { DigestOffer, SessionLimits } from '../session/index.ts';
import { badUrl, unescapePart } from './iscsi-url-parts.ts';
import { parseIsid } from './isid.ts';

/** The options after the question mark. */
export interface UrlOptions {
  readonly headerDigest?: DigestOffer;
  readonly dataDigest?: DigestOffer;
  /** How many connections are wanted. */
  readonly connections?: number;
  /** Initiator name to log in under. */
  readonly initiator?: string;
  /** The ISID to log in under; see ConnectOptions.isid. */
  readonly isid?: number;
  /** What the target must prove: its CHAP name and secret. */
  readonly targetUser?: string;
  readonly targetSecret?: string;
  readonly limits?: Partial<SessionLimits>;
}

type Draft = { -readonly [Name in keyof UrlOptions]: UrlOptions[Name] };
type Reader = (value: string, draft: Draft, name: string) => void;

const digests: Readonly<Record<string, DigestOffer>> = {
  none: 'None',
  crc32c: 'CRC32C',
  'none,crc32c': 'None,CRC32C',
  'crc32c,none': 'CRC32C,None',
};

const readers: Readonly<Record<string, Reader>> = {
  'header-digest': (value, draft, name) => {
    draft.headerDigest = digest(value, name);
  },
  'data-digest': (value, draft, name) => {
    draft.dataDigest = digest(value, name);
  },
  connections: (value, draft, name) => {
    draft.connections = integer(value, name, 1, 0xffff);
  },
  initiator: (value, draft) => {
    draft.initiator = value;
  },
  isid: (value, draft, name) => {
    draft.isid = isidOf(value, name);
  },
  'target-user': (value, draft) => {
    draft.targetUser = value;
  },
  'target-password': (value, draft) => {
    draft.targetSecret = value;
  },
  'connect-timeout': limit('connectTimeoutMs'),
  'login-timeout': limit('loginTimeoutMs'),
  'task-timeout': limit('taskTimeoutMs'),
  'logout-timeout': limit('logoutTimeoutMs'),
  'drain-timeout': limit('drainTimeoutMs'),
  'ask-timeout': limit('askTimeoutMs'),
  'flush-timeout': limit('flushTimeoutMs'),
  'ping-interval': limit('pingIntervalMs'),
  'ping-timeout': limit('pingTimeoutMs'),
  'abort-timeout': limit('abortTimeoutMs'),
  'lun-reset-timeout': limit('lunResetTimeoutMs'),
  'target-reset-timeout': limit('targetResetTimeoutMs'),
  'replacement-timeout': limit('replacementTimeoutMs'),
  'reconnect-interval': limit('reconnectIntervalMs'),
  'reconnect-attempts': count('reconnectAttempts'),
};

/** Reads `name=value&…`. Underscores stand for hyphens too. Throws UsageError ISCSI_BAD_URL that names the option. */
export function readUrlOptions(query: string): UrlOptions {
  const draft: Draft = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const name = (cut < 0 ? part : part.slice(0, cut)).replaceAll('_', '-').toLowerCase();
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read === undefined) throw badUrl(`there is no option ${JSON.stringify(name)}`, name);
    if (cut < 0) throw badUrl(`option ${name} has no value`, name);
    read(unescapePart(part.slice(cut + 1), name), draft, name);
  }
  return draft;
}

function limit(field: keyof SessionLimits): Reader {
  return (value, draft, name) => {
    draft.limits = { ...draft.limits, [field]: integer(value, name, 0, 86_400) * 1000 };
  };
}

function count(field: keyof SessionLimits): Reader {
  return (value, draft, name) => {
    draft.limits = { ...draft.limits, [field]: integer(value, name, 0, 1_000_000) };
  };
}

function isidOf(value: string, name: string): number {
  try {
    return parseIsid(value);
  } catch (error) {
    if (error instanceof UsageError) throw badUrl(error.message, name);
    throw error;
  }
}

function digest(value: string, name: string): DigestOffer {
  const offer = digests[value.toLowerCase()];
  if (offer === undefined)
    throw badUrl(`${name} is none, crc32c, or both in order, not ${JSON.stringify(value)}`, name);
  return offer;
}

function integer(value: string, name: string, min: number, max: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw badUrl(`${name} is a number from ${min} to ${max}, not ${JSON.stringify(value)}`, name);
  }
  return number;
}
