// iSCSI URLs, in libiscsi's form: iscsi://[user[%secret]@]host[:port][/target[/lun]][?option=value&…].

import { parsePortal, UsageError } from '../base/index.ts';
import type { Portal } from '../session/index.ts';
import type { ChapCredentials, ConnectOptions } from './connect-options.ts';
import { checkName } from './initiator-name.ts';
import { readUrlOptions, type UrlOptions } from './iscsi-url-options.ts';
import { badUrl, unescapePart } from './iscsi-url-parts.ts';

/** What a URL says. A portal alone names what to discover; a target with a LUN, a disk. */
export interface IscsiUrl {
  readonly portal: Portal;
  readonly targetName?: string;
  readonly lun?: number;
  readonly user?: string;
  readonly secret?: string;
  readonly options: UrlOptions;
}

const defaultPort = 3260;
/** LUNs of the single-level address methods (SAM-5 §4.7). */
const lastLun = 16_383;
const shape =
  /^iscsi:\/\/(?:(?<login>[^@/?#]*)@)?(?<authority>\[[^\]]*\](?::[^/?#]*)?|[^/?#@]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

/** Reads a URL. Throws UsageError ISCSI_BAD_URL that names the part at fault; the message never holds a secret. */
export function parseIscsiUrl(url: string): IscsiUrl {
  const parts = shape.exec(url)?.groups;
  if (parts === undefined) {
    throw badUrl('the form is iscsi://[user[%secret]@]host[:port]/target/lun[?option=value&…]', 'url');
  }
  const [targetPart = '', lunPart, ...rest] = parts['path'] === undefined ? [] : parts['path'].split('/');
  if (rest.some((part) => part !== '')) throw badUrl('something follows the LUN', 'path');
  return {
    portal: parsePortal(parts['authority'] ?? ''),
    ...parseLogin(parts['login']),
    ...(targetPart === '' ? {} : { targetName: parseTarget(targetPart) }),
    ...(lunPart === undefined || lunPart === '' ? {} : { lun: parseLun(lunPart) }),
    options: readUrlOptions(parts['query'] ?? ''),
  };
}

/** Writes a URL without user, secrets and options: what may be shown. */
export function formatIscsiUrl(url: Pick<IscsiUrl, 'portal' | 'targetName' | 'lun'>): string {
  const { host, port } = url.portal;
  const authority = `${host.includes(':') ? `[${host}]` : host}${port === defaultPort ? '' : `:${port}`}`;
  const target = url.targetName === undefined ? '' : `/${encodeURIComponent(url.targetName).replaceAll('%3A', ':')}`;
  return `iscsi://${authority}${target}${url.lun === undefined ? '' : `/${url.lun}`}`;
}

/** The connect options that a URL makes. Throws UsageError ISCSI_BAD_URL when it names no target. */
export function toConnectOptions(url: IscsiUrl): ConnectOptions {
  const { portal, targetName, lun, options } = url;
  if (targetName === undefined) throw badUrl('a target name is missing', 'target');
  const chap = toChap(url);
  const { headerDigest, dataDigest, connections, isid, limits } = options;
  return {
    portal,
    targetName,
    ...(lun === undefined ? {} : { lun }),
    ...(chap === undefined ? {} : { chap }),
    ...(connections === undefined ? {} : { connections }),
    ...(isid === undefined ? {} : { isid }),
    ...(limits === undefined ? {} : { limits }),
    offers: { headerDigest, dataDigest },
  };
}

/** The CHAP credentials of a URL; undefined when it has none. */
export function toChap(url: IscsiUrl): ChapCredentials | undefined {
  const { user, secret, options } = url;
  const { targetUser, targetSecret } = options;
  if (user === undefined) {
    if (targetSecret !== undefined) throw badUrl('the target is to authenticate, but we have no user', 'user');
    return undefined;
  }
  if (secret === undefined) throw badUrl(`user ${JSON.stringify(user)} has no secret`, 'secret');
  return {
    user,
    secret,
    ...(targetSecret === undefined
      ? {}
      : { mutual: { ...(targetUser === undefined ? {} : { user: targetUser }), secret: targetSecret } }),
  };
}

/** The first percent sign parts user and secret, as in libiscsi; both may hold percent-escapes after that. */
function parseLogin(login: string | undefined): { user?: string; secret?: string } {
  if (login === undefined) return {};
  const cut = login.indexOf('%');
  const user = cut < 0 ? login : login.slice(0, cut);
  if (user === '') throw badUrl('the user name is empty', 'user');
  return cut < 0 ? { user } : { user, secret: unescapePart(login.slice(cut + 1), 'secret') };
}

function parseTarget(part: string): string {
  const name = unescapePart(part, 'target');
  try {
    return checkName(name, 'target');
  } catch (error) {
    throw new UsageError('ISCSI_BAD_URL', `Bad iSCSI URL: ${JSON.stringify(name)} is no iSCSI name`, {
      argument: 'target',
      cause: error,
    });
  }
}

function parseLun(part: string): number {
  const lun = /^\d{1,5}$/.test(part) ? Number(part) : Number.NaN;
  if (!(lun <= lastLun)) throw badUrl(`LUN ${JSON.stringify(part)} is no number from 0 to ${lastLun}`, 'lun');
  return lun;
}
