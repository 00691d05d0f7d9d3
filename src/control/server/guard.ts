// What a request is asked before anything of it is looked at: is its address plain, its Host ours, its token right.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../../base/index.ts';
import type { ListenerRules } from './listener.ts';

/** A refusal with its HTTP status. */
export interface GuardRefusal {
  readonly status: 401 | 404 | 421;
  readonly error: ServiceError;
}

/** Why a request is refused; undefined for one that may go on. */
export function guard(request: IncomingMessage, rules: ListenerRules): GuardRefusal | undefined {
  if (!isPlainAddress(request.url ?? '')) return { status: 404, error: noSuchResource() };
  if (!isOurHost(request.headers.host, rules.hostNames)) {
    const message = 'The request is meant for another host';
    return { status: 421, error: new ServiceError('SERVICE_BAD_REQUEST', message, { field: 'host' }) };
  }
  if (rules.token !== undefined && !isAuthorized(request.headers.authorization, rules.token)) {
    const message = 'The request has no bearer token, or not the right one';
    return { status: 401, error: new ServiceError('SERVICE_UNAUTHORIZED', message) };
  }
  return undefined;
}

export function noSuchResource(): ServiceError {
  return new ServiceError('SERVICE_BAD_REQUEST', 'There is no such resource, or it has no such method');
}

/** A path from the root, without a way up, an empty part or another way to write them; the router itself looks at nothing. */
function isPlainAddress(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith('/') || path.includes('\\')) return false;
  return path
    .slice(1)
    .split('/')
    .every((part) => part !== '' && !/^(?:\.|%2e){1,2}$/i.test(part));
}

/** Against DNS rebinding: a name that a stranger made to mean this host is none of ours. */
function isOurHost(host: string | undefined, names: readonly string[] | undefined): boolean {
  if (names === undefined) return true;
  const name = host?.toLowerCase().replace(/:\d{1,5}$/, '');
  return name !== undefined && names.includes(name);
}

/** Digests of both are compared, so that the time it takes tells nothing of the token, not even its length. */
function isAuthorized(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S.*)$/i.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
