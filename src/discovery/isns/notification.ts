// What a server sends of its own accord: changes (SCN, RFC 4171 §5.6.5.8) and questions whether we live (ESI, §5.6.5.13).

import { IsnsError } from '../../base/index.ts';
import { decodeAttributes, type IsnsAttribute } from './attribute.ts';
import { functionId } from './function-id.ts';
import type { IsnsMessage } from './message.ts';
import { scnBit } from './registration.ts';
import { tag } from './tag.ts';

/** What happened to a node. */
export interface IsnsChange {
  readonly kind: 'added' | 'removed' | 'updated' | 'other';
  /** The node's iSCSI name; undefined where the change is of something else. */
  readonly nodeName: string | undefined;
}

/** A message from the server that is no answer. */
export type IsnsNotice =
  | {
      readonly kind: 'stateChange';
      /** The node that is told. */
      readonly destination: string;
      readonly changes: readonly IsnsChange[];
      /** What its answer has besides the status. */
      readonly echo: readonly IsnsAttribute[];
    }
  | {
      readonly kind: 'statusInquiry';
      readonly entity: string;
      readonly portal: { readonly address: string; readonly port: number };
      readonly echo: readonly IsnsAttribute[];
    };

/**
 * Reads an SCN or an ESI; undefined for any other message. Throws IsnsError ISNS_BAD_ANSWER for attributes other than
 * those that the RFC lists, or in another order.
 */
export function readNotice({ functionId: id, payload }: IsnsMessage): IsnsNotice | undefined {
  if (id === functionId.scn) return readStateChange(decodeAttributes(payload));
  if (id === functionId.esi) return readStatusInquiry(decodeAttributes(payload));
  return undefined;
}

function readStateChange(attributes: readonly IsnsAttribute[]): IsnsNotice {
  const [destination, timestamp, ...events] = attributes;
  if (destination?.tag !== tag.iscsiName || typeof destination.value !== 'string')
    throw bad('An SCN has no destination');
  if (timestamp?.tag !== tag.timestamp) throw bad('An SCN has no timestamp');
  const changes: IsnsChange[] = [];
  let kind: IsnsChange['kind'] | undefined;
  for (const { tag: found, value } of events) {
    if (found === tag.iscsiScnBitmap && typeof value === 'number') kind = kindOf(value);
    else if (kind === undefined) throw bad(`An SCN has attribute ${found} before its bitmap`);
    else changes.push({ kind, nodeName: found === tag.iscsiName && typeof value === 'string' ? value : undefined });
  }
  if (changes.length === 0) throw bad('An SCN tells of no change');
  return { kind: 'stateChange', destination: destination.value, changes, echo: [destination] };
}

function kindOf(bitmap: number): IsnsChange['kind'] {
  if ((bitmap & scnBit.objectRemoved) !== 0) return 'removed';
  if ((bitmap & scnBit.objectAdded) !== 0) return 'added';
  if ((bitmap & scnBit.objectUpdated) !== 0) return 'updated';
  return 'other';
}

function readStatusInquiry(attributes: readonly IsnsAttribute[]): IsnsNotice {
  const [timestamp, entity, address, port] = attributes;
  if (
    timestamp?.tag !== tag.timestamp ||
    entity?.tag !== tag.entityIdentifier ||
    address?.tag !== tag.portalIpAddress ||
    port?.tag !== tag.portalPort
  ) {
    throw bad('An ESI has other attributes than timestamp, entity and portal');
  }
  if (typeof entity.value !== 'string' || typeof address.value !== 'string' || typeof port.value !== 'number') {
    throw bad('An ESI has attributes without values');
  }
  const portal = { address: address.value, port: port.value & 0xffff };
  return { kind: 'statusInquiry', entity: entity.value, portal, echo: attributes };
}

function bad(message: string): IsnsError {
  return new IsnsError('ISNS_BAD_ANSWER', message, { clause: 'RFC 4171 §5.6.5' });
}
