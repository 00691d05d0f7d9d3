// Requests and answers: source, key, delimiter and operating attributes (RFC 4171 §5.6, §5.7).

import { IsnsError, putU32, u32 } from '../../base/index.ts';
import { decodeAttributes, delimiter, encodeAttributes, type IsnsAttribute } from './attribute.ts';
import { functionName } from './function-id.ts';
import { isnsStatus, statusName } from './status.ts';
import { tag } from './tag.ts';

/** What is asked of an iSNS server. */
export interface IsnsRequest {
  readonly functionId: number;
  /** The iSCSI name that asks (§5.6.1). */
  readonly source: string;
  /** Which objects are meant; none for all, or for a new one. */
  readonly key: readonly IsnsAttribute[];
  readonly operating: readonly IsnsAttribute[];
  /** DevAttrReg: what was registered under the key goes away first. */
  readonly replaces: boolean;
}

/** A successful answer. */
export interface IsnsAnswer {
  readonly key: readonly IsnsAttribute[];
  readonly operating: readonly IsnsAttribute[];
}

/** Makes a request. */
export function isnsRequest(
  functionId: number,
  source: string,
  parts: {
    readonly key?: readonly IsnsAttribute[];
    readonly operating?: readonly IsnsAttribute[];
    readonly replaces?: boolean;
  },
): IsnsRequest {
  const { key = [], operating = [], replaces = false } = parts;
  return { functionId, source, key, operating, replaces };
}

/** The payload of a request. Throws UsageError ISCSI_BAD_ARGUMENT for a value that its attribute does not hold. */
export function encodeRequest({ source, key, operating }: IsnsRequest): Uint8Array {
  return encodeAttributes([{ tag: tag.iscsiName, value: source }, ...key, delimiter, ...operating]);
}

/** The payload of an answer of ours: a status and attributes of the message that is answered. */
export function encodeAnswer(status: number, attributes: readonly IsnsAttribute[]): Uint8Array {
  const encoded = encodeAttributes(attributes);
  const payload = new Uint8Array(4 + encoded.length);
  putU32(payload, 0, status);
  payload.set(encoded, 4);
  return payload;
}

/**
 * Reads the payload of the answer to `functionId`. Throws IsnsError ISNS_REFUSED with the status and its name,
 * ISNS_BAD_ANSWER for a payload that is none.
 */
export function decodeAnswer(functionId: number, payload: Uint8Array): IsnsAnswer {
  if (payload.length < 4) {
    const message = `The answer to ${functionName(functionId)} has no status`;
    throw new IsnsError('ISNS_BAD_ANSWER', message, { clause: 'RFC 4171 §5.4' });
  }
  const status = u32(payload, 0);
  // What follows a refusal may be whatever was at fault (§5.7.5.1), so it is not read.
  if (status !== isnsStatus.successful) throw refused(functionId, status);
  const attributes = decodeAttributes(payload, 4);
  const end = attributes.findIndex((attribute) => attribute.tag === tag.delimiter);
  if (end === -1) return { key: attributes, operating: [] };
  return { key: attributes.slice(0, end), operating: attributes.slice(end + 1) };
}

function refused(functionId: number, status: number): IsnsError {
  const message = `The iSNS server refused ${functionName(functionId)}: ${statusName(status)} (${status})`;
  const isRetryable = status === isnsStatus.busy || status === isnsStatus.internalError;
  return new IsnsError('ISNS_REFUSED', message, { status, isRetryable });
}
