// The TargetAddress key: where a target can be reached. RFC 7143 §13.8.

import { ProtocolError } from '../base/index.ts';
import { shown } from './key-fault.ts';
import { parse16Bit } from './values.ts';

/** Where a target can be reached. */
export interface TargetAddress {
  /** A DNS name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  readonly portalGroupTag?: number;
}

/** The port that IANA assigned to iSCSI, and what an address without a port means. */
const defaultPort = 3260;
const longestHost = 255;

const shape =
  /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?))(?::(?<port>[0-9A-Za-z+/=]+))?(?:,(?<tag>[0-9A-Za-z+/=]+))?$/;

/**
 * Parses `domainname[:port][,portal-group-tag]`. Throws ProtocolError ISCSI_BAD_TEXT when the text has another form or
 * a number in it is out of range. A redirecting target must leave the tag out; one that does not is still understood.
 */
export function parseTargetAddress(text: string): TargetAddress {
  const groups = shape.exec(text)?.groups;
  const host = groups?.['v6'] ?? groups?.['name'] ?? '';
  if (groups === undefined || host.length > longestHost) throw badAddress(text);
  if (groups['v6'] !== undefined && !URL.canParse(`http://[${host}]/`)) throw badAddress(text);
  const port = groups['port'] === undefined ? defaultPort : parse16Bit(groups['port']);
  if (port === undefined || port === 0) throw badAddress(text);
  if (groups['tag'] === undefined) return { host, port };
  const portalGroupTag = parse16Bit(groups['tag']);
  if (portalGroupTag === undefined) throw badAddress(text);
  return { host, port, portalGroupTag };
}

function badAddress(text: string): ProtocolError {
  return new ProtocolError('ISCSI_BAD_TEXT', `${shown(text)} is not a target address`, {
    value: text.slice(0, longestHost),
    clause: 'RFC 7143 §13.8',
  });
}
